"""The square of a face that the style encoder looks at, aligned as the pictures of FFHQ are."""

from typing import NamedTuple

import numpy as np

from data.faces.points import FacePoints

SIDE_PX = 256  # of the aligned face
MIN_BORDER_PX = 3
# of the side of the square: margin around it, padding where the frame ends, standard deviation of that padding's blur
BORDER, PADDING, BLUR = 0.1, 0.3, 0.02


class Alignment(NamedTuple):
    """How to get from a frame to the picture that is sampled, step by step, and the corners to sample there."""

    shrink: int  # the frame is first reduced by this factor, if > 1
    border: int  # px of the reduced frame, like all that follows
    crop: tuple[int, int, int, int]  # x0, y0, x1, y1, inside the reduced frame
    padded: bool
    pad: tuple[int, int, int, int]  # left, top, right, bottom; what would be needed if not padded
    size: tuple[int, int]  # (width, height) of the result
    corners: np.ndarray  # [4, 2], as `quad`, measured from the corner of the top left pixel, not from its centre


def quad(face: FacePoints) -> np.ndarray:
    """Upper left, lower left, lower right and upper right corner [4, 2] of the square that holds the face.

    Source: Karras et al., A Style-Based Generator Architecture (2019), the alignment of FFHQ.
    """
    (eye_x, eye_y), (mouth_x, mouth_y) = face.eye_to_eye, face.eye_to_mouth
    direction = np.array([eye_x + mouth_y, eye_y - mouth_x])
    reach = max(np.hypot(eye_x, eye_y) * 2.0, np.hypot(mouth_x, mouth_y) * 1.8)
    if not np.hypot(*direction) > 0:
        raise ValueError(f"eyes and mouth do not tell which way is up: {face}")
    x = direction / np.hypot(*direction) * reach
    y = np.array([-x[1], x[0]])
    centre = face.eyes + 0.1 * face.eye_to_mouth
    return np.stack([centre - x - y, centre - x + y, centre + x + y, centre + x - y])


def side(corners: np.ndarray) -> float:
    """Length of a side of the square, px."""
    return float(np.hypot(*(corners[3] - corners[0])))


def alignment(corners: np.ndarray, frame_size: tuple[int, int]) -> Alignment:
    """Steps for a square [4, 2] in a frame of (height, width) px."""
    shrink = int(side(corners) / SIDE_PX * 0.5)
    height, width = frame_size
    if shrink > 1:
        corners = corners / shrink
        height, width = round(height / shrink), round(width / shrink)
    length = side(corners)
    border = max(round(length * BORDER), MIN_BORDER_PX)

    low, high = np.floor(corners.min(0)).astype(int), np.ceil(corners.max(0)).astype(int)
    x0, y0 = np.maximum(low - border, 0).tolist()
    x1, y1 = np.minimum(high + border, [width, height]).tolist()
    if x0 >= x1 or y0 >= y1:
        raise ValueError(f"the face lies outside the frame of {width} x {height} px: corners {corners.tolist()}")
    corners, low, high = corners - [x0, y0], low - [x0, y0], high - [x0, y0]
    size = np.array([x1 - x0, y1 - y0])

    pad = np.concatenate([np.maximum(border - low, 0), np.maximum(high - size + border, 0)])
    padded = bool(pad.max() > border - 4)
    if padded:
        pad = np.maximum(pad, round(length * PADDING))
        corners, size = corners + pad[:2], size + pad[:2] + pad[2:]
    return Alignment(shrink, border, (x0, y0, x1, y1), padded, tuple(pad.tolist()), tuple(size.tolist()), corners + 0.5)
