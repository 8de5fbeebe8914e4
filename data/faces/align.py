"""Aligns a face as the pictures of FFHQ are aligned: the style encoder expects its input in this form.

Source: Karras et al., A Style-Based Generator Architecture (2019), the alignment of FFHQ.
"""

from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from data.faces import FacePoints

SIDE_PX = 256  # side of the aligned picture
MIN_BORDER_PX = 3
# Fractions of the side of the face square: margin kept around it, least padding where the frame ends, and standard
# deviation of the blur of that padding.
BORDER, PADDING, BLUR = 0.1, 0.3, 0.02


class AlignmentSteps(NamedTuple):
    """The steps that lead from a frame to an aligned face: shrink, crop, pad, then sample the square `corners`."""

    shrink: int  # the frame is first reduced by this factor if the factor is above 1
    border: int  # px of the reduced frame, as all lengths below
    crop: tuple[int, int, int, int]  # x0, y0, x1, y1 within the reduced frame
    padded: bool
    pad: tuple[int, int, int, int]  # left, top, right, bottom; not applied if `padded` is false
    size: tuple[int, int]  # (width, height) after cropping and padding
    corners: np.ndarray  # [4, 2] as `face_square`, but (0, 0) is the corner of the top left pixel, not its centre


def align_face(frame: np.ndarray, face: FacePoints) -> np.ndarray:
    """Sample the upright face square of `frame` at a fixed size.

    Beyond the frame's edges the picture continues as its mirror image, which fades into its median colour.

    Args:
        frame: uint8 [H, W, 3] RGB.

    Returns:
        uint8 [256, 256, 3] RGB.

    Raises:
        ValueError: the face lies outside the frame, or its points coincide.
    """
    steps = alignment_steps(face_square(face), frame.shape[:2])
    picture = Image.fromarray(frame)
    if steps.shrink > 1:
        size = round(frame.shape[1] / steps.shrink), round(frame.shape[0] / steps.shrink)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    picture = picture.crop(steps.crop)
    if steps.padded:
        picture = Image.fromarray(pad_with_mirror(np.asarray(picture), steps))
    corners = steps.corners.flatten().tolist()
    return np.array(picture.transform((SIDE_PX, SIDE_PX), Image.Transform.QUAD, corners, Image.Resampling.BILINEAR))


def face_square(face: FacePoints) -> np.ndarray:
    """The square that holds a face, as its upper left, lower left, lower right and upper right corner, [4, 2] px.

    Raises:
        ValueError: the eyes and the mouth coincide.
    """
    (eye_x, eye_y), (mouth_x, mouth_y) = face.eye_to_eye, face.eye_to_mouth
    direction = np.array([eye_x + mouth_y, eye_y - mouth_x])
    half_side = max(np.hypot(eye_x, eye_y) * 2.0, np.hypot(mouth_x, mouth_y) * 1.8)
    if not np.hypot(*direction) > 0:
        raise ValueError(f"eyes and mouth do not tell which way is up: {face}")
    x = direction / np.hypot(*direction) * half_side
    y = np.array([-x[1], x[0]])
    centre = face.eyes + 0.1 * face.eye_to_mouth
    return np.stack([centre - x - y, centre - x + y, centre + x + y, centre + x - y])


def side_length(corners: np.ndarray) -> float:
    """Length of a side of the square `corners` [4, 2], px."""
    return float(np.hypot(*(corners[3] - corners[0])))


def alignment_steps(corners: np.ndarray, frame_size: tuple[int, int]) -> AlignmentSteps:
    """Compute the steps for the square `corners` [4, 2] in a frame of `frame_size` (height, width) px.

    Raises:
        ValueError: the square lies outside the frame.
    """
    shrink = int(side_length(corners) / SIDE_PX * 0.5)
    height, width = frame_size
    if shrink > 1:
        corners = corners / shrink
        height, width = round(height / shrink), round(width / shrink)
    length = side_length(corners)
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
    crop, sides, size = (x0, y0, x1, y1), tuple(pad.tolist()), tuple(size.tolist())
    return AlignmentSteps(shrink, border, crop, padded, sides, size, corners + 0.5)


def pad_with_mirror(picture: np.ndarray, steps: AlignmentSteps) -> np.ndarray:
    """Pad `picture` by `steps.pad` with its mirror image; the farther out a pixel is, the more blurred and grey.

    Args:
        picture: uint8 [H, W, 3].

    Returns:
        uint8 [top + H + bottom, left + W + right, 3].
    """
    left, top, right, bottom = steps.pad
    padded = np.pad(picture.astype(np.float32), ((top, bottom), (left, right), (0, 0)), "reflect")
    outside = _distance_outside(padded.shape[:2], steps.pad)[..., None]
    sigma = side_length(steps.corners) * BLUR
    width = 2 * int(4 * sigma + 0.5) + 1  # the kernel reaches four standard deviations to either side
    smooth = cv2.GaussianBlur(padded, (width, width), sigma, borderType=cv2.BORDER_REFLECT)
    padded += (smooth - padded) * np.clip(3 * outside + 1, 0, 1)
    padded += (np.median(padded, axis=(0, 1)) - padded) * np.clip(outside, 0, 1)
    return np.clip(np.rint(padded), 0, 255).astype(np.uint8)


def _distance_outside(size: tuple[int, int], pad: tuple[int, int, int, int]) -> np.ndarray:
    """float32 [H, W]: 1 at the outer edge, 0 at the edge of the picture, negative inside the picture."""
    (height, width), (left, top, right, bottom) = size, pad
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    across = 1 - np.minimum(x / left, (width - 1 - x) / right)
    down = 1 - np.minimum(y / top, (height - 1 - y) / bottom)
    return np.maximum(across, down)
