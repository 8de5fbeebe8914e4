"""Where a face is in a picture. Positions are (x, y) in pixels, float64; +x right, +y down; left means smaller x."""

from typing import NamedTuple

import numpy as np

LEFT_EYE, RIGHT_EYE, MOUTH_CORNERS = slice(36, 42), slice(42, 48), [48, 54]  # among the 68 iBUG points
STEEPEST_DEGREES = 60  # the crop's scale goes by the eyes' distance along x, half of the true one at this tilt


class FacePoints(NamedTuple):
    """All that alignment and crop need to know of a face, three positions [2]."""

    left_eye: np.ndarray
    right_eye: np.ndarray
    mouth: np.ndarray  # midway between its corners

    @property
    def eyes(self) -> np.ndarray:
        return (self.left_eye + self.right_eye) * 0.5

    @property
    def eye_to_eye(self) -> np.ndarray:
        return self.right_eye - self.left_eye

    @property
    def eye_to_mouth(self) -> np.ndarray:
        return self.mouth - self.eyes

    @property
    def upright(self) -> bool:
        """The eyes lie side by side, the left one on the left."""
        x, y = self.eye_to_eye
        return bool(x > 0 and abs(y) <= x * np.tan(np.radians(STEEPEST_DEGREES)))

    def moved(self, scale: float, offset: tuple[float, float]) -> "FacePoints":
        """The same face in a picture scaled by `scale` and then cut at `offset` (x, y)."""
        return FacePoints(*(point * scale - offset for point in self))


def from_landmarks(landmarks: np.ndarray) -> FacePoints:
    """From 68 points in iBUG order, [68, 2].

    Raises:
        ValueError: there are not 68 of them.
    """
    if landmarks.shape != (68, 2):
        raise ValueError(f"landmarks must be [68, 2] in iBUG order, got {list(landmarks.shape)}")
    points = landmarks.astype(np.float64)
    return FacePoints(points[LEFT_EYE].mean(0), points[RIGHT_EYE].mean(0), points[MOUTH_CORNERS].mean(0))
