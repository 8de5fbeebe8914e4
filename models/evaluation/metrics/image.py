"""Metrics that compare a picture with the teacher's picture of the same frame."""

import functools
import math
import warnings
from abc import abstractmethod
from pathlib import Path
from typing import cast
from urllib.parse import urlparse

import torch
from torch import Tensor, nn

from models.evaluation.metrics.base import Accumulator, AveragedMetric, FrameContext, MetricResources
from util.report.record import PSNR_CAP_DB, Figure

LPIPS_SIDE = 31  # px; of a smaller picture nothing reaches AlexNet's third convolution


class ImageMetric(AveragedMetric):
    """The average of a figure that compares a picture with the teacher's picture of the same frame.

    A subclass defines `measure`: output, target [1, 3, H, W] in [0, 1] -> the figure of one frame.
    """

    against_teacher = True

    @staticmethod
    @abstractmethod
    def measure(output: Tensor, target: Tensor) -> float: ...

    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        return self.add(self.measure(*unit_pair(output, target)), distance)


class Psnr(ImageMetric):
    """Peak signal-to-noise ratio in dB, peak 1. Identical images have 100 dB, so that every frame has a figure.

    "skipped" and "per_distance" are averages over frames. "pooled" is the PSNR of the mean squared error of all frames;
    use it to compare runs whose reference frames differ. It is None if no frame has an error. "all" is the same, but
    100 dB if no frame has an error.
    """

    name = "psnr"
    figure = Figure("PSNR dB", better="↑", digits=2, frames=("skipped", "pooled"))

    def __init__(self, resources: MetricResources) -> None:
        super().__init__(resources)
        self.pooled = PooledError()

    @staticmethod
    def measure(output: Tensor, target: Tensor) -> float:
        error = (output.double() - target.double()).square().mean()
        return (-10 * error.log10()).clamp(max=PSNR_CAP_DB).item()

    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        figures = super().update(frame, output, target, distance)
        self.pooled.add(figures[self.name])
        return figures

    def accumulators(self) -> list[Accumulator]:
        return [self.average, self.pooled]

    def compute(self) -> dict[str, dict]:
        error, frames = self.pooled.error, self.pooled.frames
        pooled = -10 * math.log10(error / frames) if error else None
        every = (PSNR_CAP_DB if pooled is None else pooled) if frames else None
        return {self.name: {**self.average.compute(), "all": every, "pooled": pooled}}


class PooledError:
    """The sum of the mean squared errors of frames, from their PSNR in dB."""

    def __init__(self) -> None:
        self.error, self.frames = 0.0, 0

    def add(self, psnr: float) -> None:
        self.error += 0.0 if psnr >= PSNR_CAP_DB else 10 ** (-psnr / 10)
        self.frames += 1

    def merge(self, other: "PooledError") -> None:
        self.error, self.frames = self.error + other.error, self.frames + other.frames


class Ssim(ImageMetric):
    """Structural similarity, data range 1, Gaussian window 11 with sigma 1.5, mean of the three channels.

    Source: Wang et al., Image Quality Assessment (2004), computed by scikit-image.
    """

    name = "ssim"
    figure = Figure("SSIM", better="↑", frames=("skipped",), unit="1: the same picture")
    shortest_side = 11

    @staticmethod
    def measure(output: Tensor, target: Tensor) -> float:
        from skimage.metrics import structural_similarity

        if min(output.shape[-2:]) < Ssim.shortest_side:
            raise ValueError(f"SSIM has an 11x11 window and needs images at least as large, got {list(output.shape)}")
        similarity = structural_similarity(
            output[0].numpy(),
            target[0].numpy(),
            channel_axis=0,
            data_range=1,
            gaussian_weights=True,
            use_sample_covariance=False,
        )
        return float(cast(float, similarity))  # a tuple only where further results are asked for


class Lpips(ImageMetric):
    """Learned perceptual distance, AlexNet v0.1 as its package recommends for evaluation; 0 for identical images."""

    name = "lpips"
    figure = Figure("LPIPS", better="↓", frames=("skipped",))
    shortest_side = LPIPS_SIDE

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        return lpips_missing()

    @staticmethod
    def measure(output: Tensor, target: Tensor) -> float:
        with torch.no_grad():
            return lpips_network()(output, target, normalize=True).item()


def unit_pair(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Convert two images [1, 3, H, W] in [-1, 1] to float32 in [0, 1] on the CPU; values outside are clamped.

    Raises:
        ValueError: they have other shapes.
    """
    if output.shape != target.shape or output.ndim != 4 or output.shape[0] != 1:
        raise ValueError(f"want two images [1, 3, H, W], got {list(output.shape)} and {list(target.shape)}")
    unit_output, unit_target = ((image.detach().float().cpu() + 1).clamp(0, 2) / 2 for image in (output, target))
    return unit_output, unit_target


def lpips_missing() -> str | None:
    """What LPIPS lacks on this machine, as a message to the user; None if it lacks nothing."""
    try:
        path = _alexnet_file()
    except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision built for another torch
        return f"LPIPS needs a torchvision that works: {error}"
    return None if path.is_file() else f"LPIPS needs AlexNet's weights as {path}"


@functools.cache
def lpips_network() -> nn.Module:
    """The frozen network. Call it with two images [1, 3, H, W] in [0, 1] and `normalize=True`."""
    import lpips

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package uses deprecated arguments of torchvision
        return lpips.LPIPS(net="alex", verbose=False)


def _alexnet_file() -> Path:
    from torchvision.models import AlexNet_Weights

    return Path(torch.hub.get_dir(), "checkpoints", Path(urlparse(AlexNet_Weights.IMAGENET1K_V1.url).path).name)
