"""The part of every frame that is stylised: scaled so that the eyes are 64 px apart, sides multiples of 8."""

from typing import NamedTuple

import cv2
import numpy as np

from data.faces.points import FacePoints

EYE_DISTANCE_PX = 64  # published
MULTIPLE = 8
KERNEL = np.array([0.125, 0.375, 0.375, 0.125])
BLUR_BELOW = (0.75, 0.375)  # a frame is blurred once for each of these that its scale does not exceed

Padding = tuple[int, int, int, int]  # left, right, top, bottom


class Crop(NamedTuple):
    """Size of the scaled frame and the part kept of it, px."""

    height: int
    width: int
    top: int
    bottom: int
    left: int
    right: int
    scale: float

    @property
    def blur_passes(self) -> int:
        return sum(self.scale <= limit for limit in BLUR_BELOW)

    def points(self, face: FacePoints) -> FacePoints:
        """A face of the frame, as it lies in the crop."""
        return face.moved(self.scale, (self.left, self.top))

    def holds(self, face: FacePoints) -> bool:
        """Whether the middle between the eyes of a face of the frame is in the crop."""
        x, y = self.points(face).eyes
        return bool(0 <= x < self.right - self.left and 0 <= y < self.bottom - self.top)


def crop_around(
    face: FacePoints, frame_size: tuple[int, int], padding: Padding, eye_distance_px: float = EYE_DISTANCE_PX
) -> Crop:
    """Crop of a frame of (height, width) px that leaves `padding` px of the scaled frame around the eyes.

    Raises:
        ValueError: the eyes do not lie side by side, or nothing of the frame is left.
    """
    if not face.upright:
        raise ValueError(f"the left eye must lie left of the right eye, got {face}; is the video rotated?")
    scale = float(eye_distance_px / face.eye_to_eye[0])
    x, y = (face.eyes * scale).tolist()
    height, width = (round(size * scale) for size in frame_size)
    left, right = _floor(max(round(x - padding[0]), 0)), _floor(min(round(x + padding[1]), width))
    top, bottom = _floor(max(round(y - padding[2]), 0)), _floor(min(round(y + padding[3]), height))
    if left >= right or top >= bottom:
        raise ValueError(
            f"padding {padding} leaves nothing of the frame, which is {width} x {height} px after scaling, with the "
            f"eyes at ({x:.0f}, {y:.0f})"
        )
    return Crop(height, width, top, bottom, left, right, scale)


def whole_frame(frame_size: tuple[int, int]) -> Crop:
    """A frame of (height, width) px as it is, but for up to 7 px at its right and bottom.

    Raises:
        ValueError: nothing is left.
    """
    height, width = frame_size
    if min(frame_size) < MULTIPLE:
        raise ValueError(f"frames must be at least {MULTIPLE} x {MULTIPLE} pixels, got {width} x {height}")
    return Crop(height, width, 0, _floor(height), 0, _floor(width), 1.0)


def cropped(frame: np.ndarray, crop: Crop) -> np.ndarray:
    """frame uint8 [H, W, 3] -> uint8 [bottom - top, right - left, 3]."""
    for _ in range(crop.blur_passes):
        frame = blurred(frame)
    frame = cv2.resize(frame, (crop.width, crop.height))
    return frame[crop.top : crop.bottom, crop.left : crop.right]


def cropped_size(crop: Crop) -> tuple[int, int]:
    """(width, height) of the part that is kept, px."""
    return crop.right - crop.left, crop.bottom - crop.top


def blurred(frame: np.ndarray) -> np.ndarray:
    """frame uint8 [H, W, 3] smoothed along both axes, rounded once; an even kernel moves it by half a pixel."""
    return cv2.sepFilter2D(frame, -1, KERNEL, KERNEL)


def _floor(value: int) -> int:
    return value // MULTIPLE * MULTIPLE
