"""How near an image is to its target. A new metric is one class and one line in METRICS."""

import functools
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlparse

import torch
from torch import Tensor, nn

PSNR_CAP_DB = 100.0


class Metric(ABC):
    """The mean of a per-image figure, kept as a sum and a count in float64.

    A subclass says in `measure` what the figure is: output, target [1, 3, H, W] in [0, 1] -> float.
    """

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    @classmethod
    def missing(cls) -> str | None:
        """What has to be supplied before this metric can be built; None when nothing has to."""
        return None

    @abstractmethod
    def measure(self, output: Tensor, target: Tensor) -> float: ...

    def update(self, output: Tensor, target: Tensor) -> float:
        """The figure of this image, [1, 3, H, W] in [-1, 1], which also joins the mean."""
        if output.shape != target.shape or output.ndim != 4 or output.shape[0] != 1:
            raise ValueError(f"want two images [1, 3, H, W], got {list(output.shape)} and {list(target.shape)}")
        value = self.measure(*((image.detach().float().cpu() + 1).clamp(0, 2) / 2 for image in (output, target)))
        self.total, self.count = self.total + value, self.count + 1
        return value

    def compute(self) -> float | None:
        """The mean so far; None before the first image."""
        return self.total / self.count if self.count else None


class Psnr(Metric):
    """Peak signal-to-noise ratio in dB, peak 1. Identical images count as 100 dB so that a mean stays finite."""

    def measure(self, output: Tensor, target: Tensor) -> float:
        error = (output.double() - target.double()).square().mean()
        return (-10 * error.log10()).clamp(max=PSNR_CAP_DB).item()


class Ssim(Metric):
    """Structural similarity, data range 1, Gaussian window 11 with sigma 1.5, mean of the three channels.

    Source: Wang et al., Image Quality Assessment (2004), computed by scikit-image.
    """

    def measure(self, output: Tensor, target: Tensor) -> float:
        from skimage.metrics import structural_similarity

        if min(output.shape[-2:]) < 11:
            raise ValueError(f"SSIM looks through an 11x11 window, got images {list(output.shape)}")
        return float(
            structural_similarity(
                output[0].numpy(),
                target[0].numpy(),
                channel_axis=0,
                data_range=1,
                gaussian_weights=True,
                use_sample_covariance=False,
            )
        )


class Lpips(Metric):
    """Learned perceptual distance, AlexNet v0.1 as its package recommends for evaluation; 0 for identical images."""

    @classmethod
    def missing(cls) -> str | None:
        try:
            path = _alexnet_file()
        except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision built for another torch
            return f"LPIPS needs a torchvision that works: {error}"
        return None if path.is_file() else f"LPIPS needs AlexNet's weights as {path}"

    def measure(self, output: Tensor, target: Tensor) -> float:
        with torch.no_grad():
            return _lpips_network()(output, target, normalize=True).item()


def _alexnet_file() -> Path:
    from torchvision.models import AlexNet_Weights

    return Path(torch.hub.get_dir(), "checkpoints", Path(urlparse(AlexNet_Weights.IMAGENET1K_V1.url).path).name)


@functools.cache
def _lpips_network() -> nn.Module:
    import lpips

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package speaks to torchvision in its former way
        return lpips.LPIPS(net="alex", verbose=False)


METRICS: dict[str, type[Metric]] = {"psnr": Psnr, "ssim": Ssim, "lpips": Lpips}


def available() -> dict[str, type[Metric]]:
    """The metrics of METRICS that can be built on this machine."""
    return {name: metric for name, metric in METRICS.items() if metric.missing() is None}


def pooled_mean(metrics: Iterable[Metric]) -> float | None:
    """The mean over all images that any of `metrics` has seen; None if there was none."""
    parts = list(metrics)
    count = sum(part.count for part in parts)
    return sum(part.total for part in parts) / count if count else None
