"""Faces in videos: find them, cut them out, align them for the style encoder, and paste them back.

Every module of this package describes a face by `FacePoints`. Positions are (x, y) in pixels, float64; +x is right, +y
is down. "Left" always means smaller x in the picture.
"""

from typing import NamedTuple

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
