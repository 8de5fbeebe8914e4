"""A frame of any kind as pixels, and pixels as a frame of that kind."""

from collections.abc import Callable

import numpy as np
from PIL import Image
from torch import Tensor

from util.image import to_tensor, to_uint8

Picture = np.ndarray | Image.Image | Tensor
Back = Callable[[np.ndarray], Picture]
ALLOWED = "a frame is uint8 [H, W, 3], a PIL image, or a tensor [3, H, W] or [1, 3, H, W] of floats in [-1, 1]"
ROUNDING = 1e-3  # how far a tensor may leave [-1, 1]


def is_one(frames: object) -> bool:
    """Whether it is a single frame, and not several: an array of 4 dimensions is a row of frames."""
    return isinstance(frames, Image.Image) or (isinstance(frames, np.ndarray | Tensor) and frames.ndim == 3)


def pixels_of(frame: object) -> tuple[np.ndarray, Back]:
    """The frame as uint8 [H, W, 3] RGB, and what makes such pixels, of any size, a frame of its kind again.

    Args:
        frame: uint8 [H, W, 3] RGB; a PIL image of any mode; or a tensor [3, H, W] or [1, 3, H, W] of floats in [-1, 1],
            which is rounded to 8 bits.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(frame, Image.Image):
        return np.asarray(frame.convert("RGB")), Image.fromarray
    if isinstance(frame, np.ndarray) and frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3:
        return frame, lambda pixels: pixels
    if isinstance(frame, Tensor) and frame.is_floating_point():
        shape, planes = frame.shape, frame.squeeze(0) if frame.ndim == 4 else frame
        if planes.ndim == 3 and len(planes) == 3 and planes.abs().max() <= 1 + ROUNDING:
            return to_uint8(planes), lambda pixels: _like(frame, pixels, batch=len(shape) == 4)
    raise ValueError(f"{ALLOWED}; got {_told(frame)}")


def _like(frame: Tensor, pixels: np.ndarray, batch: bool) -> Tensor:
    x = to_tensor(pixels).to(frame)
    return x[None] if batch else x


def _told(frame: object) -> str:
    if isinstance(frame, np.ndarray):
        return f"an array {frame.dtype} {list(frame.shape)}"
    if isinstance(frame, Tensor):
        reach = f" with values from {frame.min():g} to {frame.max():g}" if frame.numel() else ""
        return f"a tensor {str(frame.dtype).removeprefix('torch.')} {list(frame.shape)}{reach}"
    return f"a {type(frame).__name__}"
