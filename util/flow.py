"""Optical flow between two pictures, and a picture read at positions that a flow moves."""

import cv2
import numpy as np
from torch import Tensor

from util.image import to_uint8

SMALLEST_SIDE = 16


def optical_flow(here: Tensor, there: Tensor) -> np.ndarray:
    """Where every pixel of `here` is found in `there`: float32 [2, H, W] pixels, +x right, +y down.

    The value of pixel (x, y) of `here` is at (x + flow[0, y, x], y + flow[1, y, x]) of `there`, both [1, 3, H, W] in
    [-1, 1]. Estimated on grey 8-bit images by OpenCV's DIS, preset medium.

    Raises:
        ValueError: the two differ in shape.

    Source: Kroeger et al., Fast Optical Flow using Dense Inverse Search (2016).
    """
    if here.shape != there.shape:
        raise ValueError(f"optical flow needs two images of one shape, got {list(here.shape)} and {list(there.shape)}")
    height, width = here.shape[-2:]
    estimator = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    # OpenCV's own type stubs lack the None that its documentation allows.
    flow = estimator.calc(_grey(here), _grey(there), None)[:height, :width]  # [H, W, 2]  # pyright: ignore
    return np.ascontiguousarray(flow.transpose(2, 0, 1))


def warp(image: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """`image` float32 [C, H, W] read where `flow` [2, H, W] moves its pixels: bilinear, border repeated outside.

    out[:, y, x] = image[:, y + flow[1, y, x], x + flow[0, y, x]]; OpenCV rounds positions to 1/32 pixel.
    """
    height, width = flow.shape[1:]
    x = np.arange(width, dtype=np.float32) + flow[0]
    y = np.arange(height, dtype=np.float32)[:, None] + flow[1]
    channels_last = np.ascontiguousarray(image.transpose(1, 2, 0))
    moved = cv2.remap(channels_last, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(moved.reshape(height, width, -1).transpose(2, 0, 1))


def enlarged(flow: np.ndarray, factor: int) -> np.ndarray:
    """The `flow` [2, H, W] of two pictures as that of pictures `factor` times as large, [2, factor*H, factor*W]."""
    if factor == 1:
        return flow
    return np.stack([cv2.resize(along, None, fx=factor, fy=factor) * factor for along in flow])


def factor_between(small: Tensor, large: Tensor) -> int:
    """How many times as large, along each axis, one picture [1, C, H, W] is than another.

    Raises:
        ValueError: no whole number of times.
    """
    (height, width), size = small.shape[2:], tuple(large.shape[2:])
    factor = size[1] // width
    if not factor or size != (factor * height, factor * width):
        raise ValueError(
            f"an output must be a whole number of times as large as its input, got {list(large.shape)} "
            f"of {list(small.shape)}"
        )
    return factor


def _grey(x: Tensor) -> np.ndarray:
    """uint8 [H', W'] of `x` [1, 3, H, W], its border repeated below and to the right where it is too small.

    DIS chooses its pyramid by the width alone; on images much wider than high, or smaller than its patches,
    the coarsest level is less than one patch high and OpenCV reads outside it (a crash, not an exception).
    """
    grey = cv2.cvtColor(to_uint8(x[0]), cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    below = max(SMALLEST_SIDE, (3 * width + 7) // 8, height) - height
    right = max(SMALLEST_SIDE, width) - width
    return cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REPLICATE)
