"""How steady a method's video is: figures of two consecutive pictures."""

from abc import abstractmethod

import cv2
import numpy as np
import torch
from torch import Tensor

from models.evaluation.metrics.base import FrameContext, MeanMetric, MetricResources
from models.evaluation.metrics.image import lpips_missing, lpips_network, unit_pair
from models.evaluation.metrics.motion import Motion, repeated
from util.flow import factor_between, warp

FEWEST_VALID = 0.5  # at most 0.32 seems valid across a cut of the sample's val clips, at least 0.72 everywhere else
FEWEST_STATIC = 0.05
STATIC_LEVELS, STATIC_WINDOW_PX = 4, 7

Pictures = tuple[Tensor, Tensor]  # a method's picture and the teacher's of one frame, [1, 3, H, W] in [0, 1]


class TemporalMetric(MeanMetric):
    """The mean of a figure of a frame and the one before it in its clip, counted at the distance of the former.

    A subclass says in `measure` what it is: None where the two frames do not allow one.
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
        return self._counted(value, distance)


class WarpError(TemporalMetric):
    """Mean squared difference between a picture and the one before it, moved along the flow of the input.

    Pictures in [0, 1], over channels and valid pixels (see `Motion`), then over frames. A frame of which less than half
    is valid, such as the first after a scene cut, has no figure.

    Source: Lai et al., Learning Blind Video Temporal Consistency (2018), section 4.2, which takes FlowNet 2 as flow.
    """

    name = "warp_error"
    against_teacher = False

    @staticmethod
    def measure(frame: FrameContext, now: Pictures, before: Pictures) -> float | None:
        return warp_error(now[0], before[0], frame.motion.enlarged(factor_between(frame.input, now[0])))


class Flicker(TemporalMetric):
    """Mean absolute change of a picture, in 8-bit levels, where the input stands still (see `static_pixels`).

    A frame of which less than 5 % stands still has no figure.
    """

    name = "flicker"
    against_teacher = False

    @staticmethod
    def measure(frame: FrameContext, now: Pictures, before: Pictures) -> float | None:
        static = static_pixels(frame.previous, frame.input)
        if static.mean() < FEWEST_STATIC:
            return None
        static = repeated(static, factor_between(frame.input, now[0]))
        return 255 * float(np.abs(now[0].numpy() - before[0].numpy())[0, :, static].mean())


class TemporalLpips(TemporalMetric):
    """tLP: the LPIPS between a picture and the one before it, as an absolute difference to that of the teacher's two.

    Source: Chu et al., Learning Temporal Coherence via Self-Supervision for GAN-based Video Generation (2020), which
    shows it times 100.
    """

    name = "tlp"
    against_teacher = True

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        return lpips_missing()

    @staticmethod
    @torch.no_grad()
    def measure(frame: FrameContext, now: Pictures, before: Pictures) -> float | None:
        change, of_teacher = lpips_network()(torch.cat(now), torch.cat(before), normalize=True).flatten().tolist()
        return abs(change - of_teacher)


def warp_error(output: Tensor, previous: Tensor, motion: Motion) -> float | None:
    """Mean squared difference between two pictures [1, 3, H, W] in [0, 1], the second moved to the first.

    Over channels and valid pixels; None where less than half of them are.
    """
    if motion.valid_share < FEWEST_VALID:
        return None
    moved = warp(previous[0].numpy(), motion.flow)
    return float(np.square(output[0].numpy() - moved)[:, motion.valid].mean())


def static_pixels(previous: Tensor, current: Tensor) -> np.ndarray:
    """bool [H, W]: where no channel of two inputs [1, 3, H, W] in [-1, 1] differs by more than 4 of 255 levels.

    That holds for the whole 7x7 window around the pixel, so that what moves nearby does not count as flicker.
    """
    change = (current[0] - previous[0]).abs().amax(dim=0).numpy() * 127.5  # [H, W], 8-bit levels
    window = np.ones((STATIC_WINDOW_PX, STATIC_WINDOW_PX), np.uint8)
    return cv2.dilate(change, window) <= STATIC_LEVELS
