"""Metrics of how steady a video is; they compare two consecutive pictures."""

from abc import abstractmethod

import cv2
import numpy as np
import torch
from torch import Tensor

from models.evaluation.metrics.base import AveragedMetric, FrameContext, MetricResources
from models.evaluation.metrics.image import LPIPS_SIDE, lpips_missing, lpips_network, unit_pair
from util.flow import Motion, repeat_pixels, scale_factor, warp
from util.report.record import Figure

MIN_VALID_SHARE = 0.5  # measured on the sample's val clips: at most 0.32 across a cut, at least 0.72 elsewhere
MIN_STATIC_SHARE = 0.05
STATIC_LEVELS, STATIC_WINDOW_PX = 4, 7

Pictures = tuple[Tensor, Tensor]  # a method's picture and the teacher's of one frame, [1, 3, H, W] in [0, 1]


class TemporalMetric(AveragedMetric):
    """The average of a figure that compares a frame with the frame before it, counted at the distance of the later one.

    A subclass defines `measure`, which returns the figure of one frame, or None if the two frames have none.
    """

    def __init__(self, resources: MetricResources) -> None:
        super().__init__(resources)
        self._before: Pictures | None = None

    @staticmethod
    @abstractmethod
    def measure(frame: FrameContext, now: Pictures, before: Pictures) -> float | None: ...

    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        now, before = unit_pair(output, target), self._before
        self._before = now
        value = None if before is None or frame.previous is None else self.measure(frame, now, before)
        return self.add(value, distance)


class WarpError(TemporalMetric):
    """Mean squared difference between a picture and the picture before it, warped along the flow of the input.

    Pictures are in [0, 1]; the mean is over channels and valid pixels (see `Motion`), then over frames. A frame with
    less than half of its pixels valid, such as the first after a scene cut, has no figure.

    Source: Lai et al., Learning Blind Video Temporal Consistency (2018), section 4.2, which takes FlowNet 2 as flow.
    """

    name = "warp_error"
    figure = Figure("warp err", better="↓", digits=6, unit="mean squared difference")
    against_teacher = False

    @staticmethod
    def measure(frame: FrameContext, now: Pictures, before: Pictures) -> float | None:
        if frame.motion is None:
            return None
        return warp_error(now[0], before[0], frame.motion.upscale(scale_factor(frame.input, now[0])))


class Flicker(TemporalMetric):
    """Mean absolute change of a picture, in 8-bit levels, where the input stands still (see `static_pixels`).

    A frame with less than 5 % of its pixels still has no figure.
    """

    name = "flicker"
    figure = Figure("flicker", better="↓", digits=3, unit="grey levels")
    against_teacher = False

    @staticmethod
    def measure(frame: FrameContext, now: Pictures, before: Pictures) -> float | None:
        if frame.previous is None:
            return None
        static = static_pixels(frame.previous, frame.input)
        if static.mean() < MIN_STATIC_SHARE:
            return None
        static = repeat_pixels(static, scale_factor(frame.input, now[0]))
        return 255 * float(np.abs(now[0].numpy() - before[0].numpy())[0, :, static].mean())


class TemporalLpips(TemporalMetric):
    """tLP: |LPIPS between a picture and the picture before it - the same LPIPS of the teacher's pictures|.

    Source: Chu et al., Learning Temporal Coherence via Self-Supervision for GAN-based Video Generation (2020), where
    it is multiplied by 100.
    """

    name = "tlp"
    figure = Figure("tLP", better="↓")
    against_teacher = True
    shortest_side = LPIPS_SIDE

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        return lpips_missing()

    @staticmethod
    @torch.no_grad()
    def measure(frame: FrameContext, now: Pictures, before: Pictures) -> float | None:
        change, of_teacher = lpips_network()(torch.cat(now), torch.cat(before), normalize=True).flatten().tolist()
        return abs(change - of_teacher)


def warp_error(output: Tensor, previous: Tensor, motion: Motion) -> float | None:
    """Mean squared difference between `output` and `previous` warped to it, both [1, 3, H, W] in [0, 1].

    The mean is over channels and valid pixels; None if less than half of the pixels are valid.
    """
    if motion.valid_share < MIN_VALID_SHARE:
        return None
    warped = warp(previous[0].numpy(), motion.flow)
    return float(np.square(output[0].numpy() - warped)[:, motion.valid].mean())


def static_pixels(previous: Tensor, current: Tensor) -> np.ndarray:
    """bool [H, W]: True where two inputs [1, 3, H, W] in [-1, 1] differ by at most 4 of 255 levels in every channel.

    This must hold in the whole 7x7 window around the pixel, so that motion nearby does not count as flicker.
    """
    change = (current[0] - previous[0]).abs().amax(dim=0).numpy() * 127.5  # [H, W], 8-bit levels
    window = np.ones((STATIC_WINDOW_PX, STATIC_WINDOW_PX), np.uint8)
    return cv2.dilate(change, window) <= STATIC_LEVELS
