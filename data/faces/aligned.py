"""The aligned picture of a face, sampled from a frame as the pictures of FFHQ are."""

import numpy as np

from data.faces.alignment import BLUR, SIDE_PX, Alignment, alignment, quad, side
from data.faces.points import FacePoints


def aligned(frame: np.ndarray, face: FacePoints) -> np.ndarray:
    """uint8 [256, 256, 3] of a face in `frame`, uint8 [H, W, 3]; upright, and always seen from as far away.

    Where the frame ends it is continued by its mirror image, which fades into its median colour.

    Raises:
        ValueError: the face lies outside the frame, or its points coincide.

    Source: Karras et al., A Style-Based Generator Architecture (2019), the alignment of FFHQ.
    """
    from PIL import Image

    corners = quad(face)
    steps = alignment(corners, frame.shape[:2])
    picture = Image.fromarray(frame)
    if steps.shrink > 1:
        size = round(frame.shape[1] / steps.shrink), round(frame.shape[0] / steps.shrink)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    picture = picture.crop(steps.crop)
    if steps.padded:
        picture = Image.fromarray(padded(np.asarray(picture), steps))
    square = steps.corners.flatten().tolist()
    return np.array(picture.transform((SIDE_PX,) * 2, Image.Transform.QUAD, square, Image.Resampling.BILINEAR))


def padded(picture: np.ndarray, steps: Alignment) -> np.ndarray:
    """picture uint8 [H, W, 3], mirrored at its edges; the farther out, the more blurred and the greyer."""
    import cv2

    left, top, right, bottom = steps.pad
    mirrored = np.pad(picture.astype(np.float32), ((top, bottom), (left, right), (0, 0)), "reflect")
    outside = _outside(mirrored.shape[:2], steps.pad)[..., None]
    sigma = side(steps.corners) * BLUR
    width = 2 * int(4 * sigma + 0.5) + 1  # four standard deviations to either side
    smooth = cv2.GaussianBlur(mirrored, (width, width), sigma, borderType=cv2.BORDER_REFLECT)
    mirrored += (smooth - mirrored) * np.clip(3 * outside + 1, 0, 1)
    mirrored += (np.median(mirrored, axis=(0, 1)) - mirrored) * np.clip(outside, 0, 1)
    return np.clip(np.rint(mirrored), 0, 255).astype(np.uint8)


def _outside(size: tuple[int, int], pad: tuple[int, int, int, int]) -> np.ndarray:
    """float32 [H, W]: 1 at the outer edge, 0 where the picture begins, negative inside it."""
    (height, width), (left, top, right, bottom) = size, pad
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    across = 1 - np.minimum(x / left, (width - 1 - x) / right)
    down = 1 - np.minimum(y / top, (height - 1 - y) / bottom)
    return np.maximum(across, down)
