"""Faces in videos: where a face is, and the crop around it, in which the eyes are 64 px apart.

Every module of this package describes a face by `FacePoints`. Positions are (x, y) in pixels, float64; +x is right, +y
is down. "Left" always means smaller x in the picture. The sides of a crop are multiples of 8.
"""

from typing import NamedTuple

import cv2
import numpy as np

LEFT_EYE, RIGHT_EYE, MOUTH_CORNERS = slice(36, 42), slice(42, 48), [48, 54]  # indices in the 68 iBUG landmarks
MAX_TILT_DEGREES = 60  # at this tilt the eyes' distance along x, which sets the crop's scale, is half the true distance


class FacePoints(NamedTuple):
    """The three positions, [2] each, that the alignment and the crop of a face are computed from."""

    left_eye: np.ndarray
    right_eye: np.ndarray
    mouth: np.ndarray  # midpoint of the two mouth corners

    @property
    def eyes(self) -> np.ndarray:
        """Midpoint between the eyes, [2]."""
        return (self.left_eye + self.right_eye) * 0.5

    @property
    def eye_to_eye(self) -> np.ndarray:
        """Vector from the left to the right eye, [2]."""
        return self.right_eye - self.left_eye

    @property
    def eye_to_mouth(self) -> np.ndarray:
        """Vector from the midpoint between the eyes to the mouth, [2]."""
        return self.mouth - self.eyes

    @property
    def upright(self) -> bool:
        """Whether the left eye lies left of the right eye and the face is tilted by at most 60 degrees."""
        x, y = self.eye_to_eye
        return bool(x > 0 and abs(y) <= x * np.tan(np.radians(MAX_TILT_DEGREES)))

    def in_crop(self, scale: float, left_top: tuple[float, float]) -> "FacePoints":
        """The same face in a picture that is scaled by `scale` and then cut at `left_top` (x, y)."""
        left_eye, right_eye, mouth = (point * scale - left_top for point in self)
        return FacePoints(left_eye, right_eye, mouth)


def from_landmarks(landmarks: np.ndarray) -> FacePoints:
    """Convert 68 landmarks in iBUG order, [68, 2], to face points.

    Raises:
        ValueError: `landmarks` has another shape.
    """
    if landmarks.shape != (68, 2):
        raise ValueError(f"landmarks must be [68, 2] in iBUG order, got {list(landmarks.shape)}")
    points = landmarks.astype(np.float64)
    return FacePoints(points[LEFT_EYE].mean(0), points[RIGHT_EYE].mean(0), points[MOUTH_CORNERS].mean(0))


EYE_DISTANCE_PX = 64  # as published
MULTIPLE = 8
BLUR_KERNEL = np.array([0.125, 0.375, 0.375, 0.125])
BLUR_SCALES = (0.75, 0.375)  # a frame is blurred once for each of these that its scale does not exceed

Padding = tuple[int, int, int, int]  # left, right, top, bottom; px


class Crop(NamedTuple):
    """The size of the scaled frame, and the part of it that is kept, px."""

    height: int
    width: int
    top: int
    bottom: int
    left: int
    right: int
    scale: float

    @property
    def blur_passes(self) -> int:
        """How often a frame is blurred before it is scaled."""
        return sum(self.scale <= limit for limit in BLUR_SCALES)

    def points(self, face: FacePoints) -> FacePoints:
        """Convert a face from the coordinates of the frame to those of the crop."""
        return face.in_crop(self.scale, (self.left, self.top))

    def holds(self, face: FacePoints) -> bool:
        """Whether the midpoint between the eyes of `face`, in coordinates of the frame, lies inside the crop."""
        x, y = self.points(face).eyes
        return bool(0 <= x < self.right - self.left and 0 <= y < self.bottom - self.top)


def crop_around(
    face: FacePoints, frame_size: tuple[int, int], padding: Padding, eye_distance_px: float = EYE_DISTANCE_PX
) -> Crop:
    """The crop that keeps `padding` px of the scaled frame around the midpoint between the eyes.

    Args:
        face: in coordinates of the frame.
        frame_size: (height, width) px.
        eye_distance_px: distance between the eyes after scaling.

    Raises:
        ValueError: the face is not upright, or nothing of the frame is left.
    """
    if not face.upright:
        raise ValueError(f"the left eye must lie left of the right eye, got {face}; is the video rotated?")
    scale = float(eye_distance_px / face.eye_to_eye[0])
    x, y = (face.eyes * scale).tolist()
    height, width = (round(size * scale) for size in frame_size)
    left, right = _round_down(max(round(x - padding[0]), 0)), _round_down(min(round(x + padding[1]), width))
    top, bottom = _round_down(max(round(y - padding[2]), 0)), _round_down(min(round(y + padding[3]), height))
    if left >= right or top >= bottom:
        raise ValueError(
            f"padding {padding} leaves nothing of the frame, which is {width} x {height} px after scaling, with the "
            f"eyes at ({x:.0f}, {y:.0f})"
        )
    return Crop(height, width, top, bottom, left, right, scale)


def whole_frame(frame_size: tuple[int, int]) -> Crop:
    """The crop that keeps a frame of (height, width) px unscaled, up to 7 px at its right and bottom edge excepted.

    Raises:
        ValueError: the frame is smaller than 8 x 8 px.
    """
    height, width = frame_size
    if min(frame_size) < MULTIPLE:
        raise ValueError(f"frames must be at least {MULTIPLE} x {MULTIPLE} pixels, got {width} x {height}")
    return Crop(height, width, 0, _round_down(height), 0, _round_down(width), 1.0)


def cut_out(frame: np.ndarray, crop: Crop) -> np.ndarray:
    """Blur, scale and cut `frame`, uint8 [H, W, 3] -> uint8 [bottom - top, right - left, 3]."""
    for _ in range(crop.blur_passes):
        frame = blur(frame)
    frame = cv2.resize(frame, (crop.width, crop.height))
    return frame[crop.top : crop.bottom, crop.left : crop.right]


def crop_size(crop: Crop) -> tuple[int, int]:
    """(width, height) of the part that is kept, px."""
    return crop.right - crop.left, crop.bottom - crop.top


def blur(frame: np.ndarray) -> np.ndarray:
    """Smooth `frame`, uint8 [H, W, 3], along both axes and round once. The even kernel shifts it by half a pixel."""
    return cv2.sepFilter2D(frame, -1, BLUR_KERNEL, BLUR_KERNEL)


def _round_down(value: int) -> int:
    return value // MULTIPLE * MULTIPLE
