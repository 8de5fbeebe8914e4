"""How the input moved from one frame to the next, and which pixels that can be said of."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from util.flow import enlarged, optical_flow, warp


@dataclass(frozen=True, eq=False)
class Motion:
    """Optical flow from a frame back to the one before it.

    Args:
        flow: [2, H, W] float32 pixels; what pixel (x, y) shows was at (x + flow[0, y, x], y + flow[1, y, x]) of the
            frame before. NaN is allowed where it is not valid.
        valid: [H, W] bool, true where that place can be trusted.
    """

    flow: np.ndarray
    valid: np.ndarray

    @property
    def valid_share(self) -> float:
        """Share of valid pixels, in [0, 1]; low across a scene cut, where the two flows contradict each other."""
        return float(self.valid.mean())

    def enlarged(self, factor: int) -> "Motion":
        """The same motion of pictures `factor` times as large."""
        return type(self)(enlarged(self.flow, factor), repeated(self.valid, factor))

    @classmethod
    def between(cls, previous: Tensor, current: Tensor) -> "Motion":
        """The motion from `previous` to `current`, both [1, 3, H, W] in [-1, 1], by two runs of `optical_flow`.

        Valid is what stays inside the image, is confirmed by the flow the other way, and is not at a motion boundary.

        Source of the last two, with their constants: Ruder et al., Artistic Style Transfer for Videos (2016), after
        Sundaram et al., Dense Point Trajectories (2010); used by Lai et al., Learning Blind Video Temporal Consistency.
        """
        flow, return_flow = optical_flow(current, previous), optical_flow(previous, current)
        valid = _stays_inside(flow) & _returns(flow, return_flow) & ~_at_boundary(flow)
        return cls(flow, valid)


def repeated(pixels: np.ndarray, factor: int) -> np.ndarray:
    """[H, W] -> [factor*H, factor*W], every pixel a square of equal ones."""
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def _stays_inside(flow: np.ndarray) -> np.ndarray:
    height, width = flow.shape[1:]
    x, y = np.arange(width) + flow[0], np.arange(height)[:, None] + flow[1]
    return (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)


def _returns(flow: np.ndarray, return_flow: np.ndarray) -> np.ndarray:
    """Whether going there and back again ends within about 0.7 pixel, or a tenth of the way, of the beginning."""
    back = warp(return_flow, flow)
    return _squared(flow + back) < 0.01 * (_squared(flow) + _squared(back)) + 0.5


def _at_boundary(flow: np.ndarray) -> np.ndarray:
    """Whether the next pixel to the right and the one below move differently."""
    to_right = np.diff(flow, axis=2, append=flow[:, :, -1:])
    to_below = np.diff(flow, axis=1, append=flow[:, -1:])
    return _squared(to_right) + _squared(to_below) > 0.01 * _squared(flow) + 0.002


def _squared(vectors: np.ndarray) -> np.ndarray:
    return np.square(vectors).sum(axis=0)
