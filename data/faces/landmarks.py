"""The published detector: dlib with its 68 landmarks, for whoever has both dlib and the file of the landmarks."""

from pathlib import Path

import numpy as np

from data.faces.detector import Face, check_frame, largest_first
from data.faces.points import from_landmarks

SOURCE = "http://dlib.net/files/shape_predictor_68_face_landmarks.dat.bz2"
UPSAMPLING_STEPS = 1  # published: faces from 40 px on are found


class Dlib68:
    """A `Detector` with the landmarks that published styles were aligned by.

    Args:
        predictor: shape_predictor_68_face_landmarks.dat.

    Raises:
        ModuleNotFoundError: dlib is not installed.
        FileNotFoundError: no such file.
        ValueError: another kind of file.
    """

    def __init__(self, predictor: Path):
        try:
            import dlib
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("68 landmarks need dlib: pip install dlib-bin (or dlib)") from error
        if not predictor.is_file():
            raise FileNotFoundError(f"no landmark file {predictor}; it is the unpacked {SOURCE}")
        try:
            self._landmarks = dlib.shape_predictor(str(predictor))
        except RuntimeError as error:
            raise ValueError(f"{predictor} is not a dlib shape predictor: {error}; expected {SOURCE}") from error
        self._boxes = dlib.get_frontal_face_detector()

    def __call__(self, frame: np.ndarray) -> list[Face]:
        check_frame(frame)
        return largest_first([self._face(frame, box) for box in self._boxes(frame, UPSAMPLING_STEPS)])

    def _face(self, frame: np.ndarray, box) -> Face:
        points = np.array([(point.x, point.y) for point in self._landmarks(frame, box).parts()])
        return Face((box.left(), box.top(), box.right() + 1, box.bottom() + 1), from_landmarks(points))
