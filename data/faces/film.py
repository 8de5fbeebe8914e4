"""Stylises the faces of a video in one pass: each face from the frame where it is found until it has left."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from data.faces import Crop, FacePoints, Padding, crop_around, cut_out
from data.faces.align import align_face
from data.faces.detectors import Detector, Face
from data.faces.paste import Paster
from data.faces.tracker import DETECTION_PERIOD, PATIENCE_FRAMES, match_faces

Translate = Callable[[np.ndarray], np.ndarray]  # the next crop of a face, uint8 [h, w, 3] -> the stylised crop


@dataclass
class _Followed:
    """A face while it is visible."""

    crop: Crop  # the same in all frames
    points: FacePoints  # where it was last found
    seen: int  # number of the frame where it was last found
    paster: Paster
    translate: Translate


class FaceFilm:
    """Call it for each frame of a video, in display order: uint8 [H, W, 3] -> the same size, all faces stylised.

    A face is cut out in a crop that does not move, and pasted back. It has left when it was not found for some frames;
    where it appears again, or leaves its crop, it is a new face. A frame without a face is returned as it is.

    Args:
        detect: finds the faces of a frame.
        begin: makes the function that translates a new face; it gets the aligned face, uint8 [256, 256, 3].
        padding: (left, right, top, bottom) px of the scaled frame that a crop keeps around the eyes.
        eye_distance_px: distance between the eyes in a crop.
    """

    def __init__(
        self, detect: Detector, begin: Callable[[np.ndarray], Translate], padding: Padding, eye_distance_px: float
    ):
        self._detect, self._begin, self._padding, self._eye_distance = detect, begin, padding, eye_distance_px
        self._followed: list[_Followed] = []
        self._number = -1
        self.found = 0  # faces so far

    @property
    def told(self) -> str:
        """How many faces there were."""
        return f"faces {self.found}"

    def __call__(self, frame: np.ndarray) -> np.ndarray:
        self._number += 1
        if not self._followed or self._number % DETECTION_PERIOD == 0:
            self._look(frame)
        picture = frame
        for face in self._followed:
            stylised = face.translate(np.ascontiguousarray(cut_out(frame, face.crop)))
            picture = face.paster.paste(picture, stylised)
        return picture

    def _look(self, frame: np.ndarray) -> None:
        """Find the faces of the frame: those that are followed, those that are new, those that have left."""
        detected = [face for face in self._detect(frame) if face.points.upright]
        crops, last = [face.crop for face in self._followed], [face.points for face in self._followed]
        matches = match_faces(crops, last, detected)
        for index, found in matches.items():
            self._followed[index].points, self._followed[index].seen = detected[found].points, self._number
        self._followed = [face for face in self._followed if self._number - face.seen < PATIENCE_FRAMES]
        self._followed += [self._new(frame, face) for n, face in enumerate(detected) if n not in matches.values()]

    def _new(self, frame: np.ndarray, face: Face) -> _Followed:
        size = frame.shape[:2]
        crop = crop_around(face.points, size, self._padding, self._eye_distance)
        picture = np.ascontiguousarray(cut_out(frame, crop))
        translate = self._begin(align_face(picture, crop.points(face.points)))
        self.found += 1
        return _Followed(crop, face.points, self._number, Paster(crop, size, 1), translate)
