"""Optical flow between two pictures, where it can be trusted, and pictures warped along it."""

from dataclasses import dataclass

import cv2
import numpy as np
from torch import Tensor

from util.image import to_uint8

SMALLEST_SIDE = 16


def optical_flow(here: Tensor, there: Tensor) -> np.ndarray:
    """The flow from `here` to `there`, both [1, 3, H, W] in [-1, 1]: float32 [2, H, W] pixels, +x right, +y down.

    What pixel (x, y) of `here` shows is at (x + flow[0, y, x], y + flow[1, y, x]) in `there`. OpenCV's DIS, preset
    medium, estimates it on grey 8-bit images.

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
    """Warp `image`, float32 [C, H, W], along `flow` [2, H, W]: bilinear, the border repeats outside the image.

    out[:, y, x] = image[:, y + flow[1, y, x], x + flow[0, y, x]]; OpenCV rounds positions to 1/32 pixel.
    """
    height, width = flow.shape[1:]
    x = np.arange(width, dtype=np.float32) + flow[0]
    y = np.arange(height, dtype=np.float32)[:, None] + flow[1]
    channels_last = np.ascontiguousarray(image.transpose(1, 2, 0))
    moved = cv2.remap(channels_last, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(moved.reshape(height, width, -1).transpose(2, 0, 1))


def upscale_flow(flow: np.ndarray, factor: int) -> np.ndarray:
    """The `flow` [2, H, W] of two pictures, for the same pictures `factor` times as large: [2, factor*H, factor*W]."""
    if factor == 1:
        return flow
    return np.stack([cv2.resize(along, None, fx=factor, fy=factor) * factor for along in flow])


def scale_factor(small: Tensor, large: Tensor) -> int:
    """How many times as wide and as high the picture `large` is as `small`, both [1, C, H, W].

    Raises:
        ValueError: it is no whole number.
    """
    (height, width), size = small.shape[2:], tuple(large.shape[2:])
    factor = size[1] // width
    if not factor or size != (factor * height, factor * width):
        raise ValueError(
            f"an output must be a whole number of times as large as its input, got {list(large.shape)} "
            f"of {list(small.shape)}"
        )
    return factor


@dataclass(frozen=True, eq=False)
class Motion:
    """Optical flow from a frame back to the frame before it.

    Args:
        flow: [2, H, W] float32 pixels; what pixel (x, y) shows was at (x + flow[0, y, x], y + flow[1, y, x]) in the
            frame before. It may be NaN where it is not valid.
        valid: [H, W] bool, True where the flow can be trusted.
    """

    flow: np.ndarray
    valid: np.ndarray

    @property
    def valid_share(self) -> float:
        """Share of valid pixels, in [0, 1]; it is low across a scene cut, where the two flows contradict each other."""
        return float(self.valid.mean())

    def upscale(self, factor: int) -> "Motion":
        """The same motion for pictures `factor` times as large."""
        return Motion(upscale_flow(self.flow, factor), repeat_pixels(self.valid, factor))

    @classmethod
    def between(cls, previous: Tensor, current: Tensor) -> "Motion":
        """The motion from `previous` to `current`, both [1, 3, H, W] in [-1, 1], by two runs of `optical_flow`.

        A pixel is valid if its flow stays inside the image, if the flow in the other direction confirms it, and if it
        is not at a motion boundary.

        Source of the last two tests and their constants: Ruder et al., Artistic Style Transfer for Videos (2016), after
        Sundaram et al., Dense Point Trajectories (2010); used by Lai et al., Learning Blind Video Temporal Consistency.
        """
        flow, return_flow = optical_flow(current, previous), optical_flow(previous, current)
        valid = _stays_inside(flow) & _is_confirmed(flow, return_flow) & ~_at_boundary(flow)
        return cls(flow, valid)


def repeat_pixels(pixels: np.ndarray, factor: int) -> np.ndarray:
    """Enlarge [H, W] to [factor*H, factor*W]; each pixel becomes a square of equal pixels."""
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


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


def _stays_inside(flow: np.ndarray) -> np.ndarray:
    height, width = flow.shape[1:]
    x, y = np.arange(width) + flow[0], np.arange(height)[:, None] + flow[1]
    return (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)


def _is_confirmed(flow: np.ndarray, return_flow: np.ndarray) -> np.ndarray:
    """True where flow and return flow together end within 0.7 pixel, or a tenth of the way, of where they began."""
    back = warp(return_flow, flow)
    return _squared(flow + back) < 0.01 * (_squared(flow) + _squared(back)) + 0.5


def _at_boundary(flow: np.ndarray) -> np.ndarray:
    """True where the pixel to the right or the pixel below moves differently."""
    to_right = np.diff(flow, axis=2, append=flow[:, :, -1:])
    to_below = np.diff(flow, axis=1, append=flow[:, -1:])
    return _squared(to_right) + _squared(to_below) > 0.01 * _squared(flow) + 0.002


def _squared(vectors: np.ndarray) -> np.ndarray:
    return np.square(vectors).sum(axis=0)
