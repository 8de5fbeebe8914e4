"""FID and FVD: how far the distribution of a method's pictures is from that of real ones."""

import functools
import hashlib
import warnings
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from models.evaluation.metrics.base import Accumulator, FrameContext, Metric, MetricResources, RealVideos
from models.evaluation.metrics.feature_networks import I3D, INCEPTION, FeatureNetwork, Published, feature_network
from models.evaluation.metrics.frechet import FeatureStatistics, Gaussian, frechet_distance
from util import distributed
from util.files import prepare_folder, replacing
from util.report.record import Figure


class FrechetMetric(Metric):
    """Frechet distance between the features of a method's output and those of real videos of the target domain.

    It is 0 for equal distributions, in squared units of the features. The network sees both sides with 8 bits per
    channel; covariances are divided by count - 1. With few samples the figure is too high, and how much depends on
    their number: compare only figures with the same counts.

    Class attributes:
        name: of the figure in metrics.json.
        sample: what the network sees at once, "frame" or "window".
        published: the network.
    """

    against_teacher = False
    name: ClassVar[str]
    sample: ClassVar[str]
    published: ClassVar[Published]

    @classmethod
    @abstractmethod
    def weights(cls, resources: MetricResources) -> Path | None:
        """The file of the network; None if the user gave none."""

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        if (problem := cls.published.missing(cls.weights(resources))) is not None:
            return f"{cls.name.upper()}: {problem}"
        if resources.real is None:
            return f"{cls.name.upper()}: no real videos of the target domain to compare with; give --real_root DIR"
        return None

    def __init__(self, resources: MetricResources) -> None:
        """Read the network and compute the features of the real videos.

        Raises:
            FileNotFoundError, ValueError, OSError: as `FeatureNetwork` and `real_features`.
        """
        super().__init__(resources)
        file, trusted = self.weights(resources), resources.trust_torchscript
        network = feature_network(self.published, file, resources.device, trusted)
        self._real = shared_real_features(network, resources.real, resources.cache)
        self._output = FeatureStatistics(network)

    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        self._output.add(output, begins=frame.previous is None)
        return {}

    def accumulators(self) -> list[Accumulator]:
        return [self._output.gaussian]

    def compute(self) -> dict[str, dict]:
        """{name: {"all": distance, "<sample>s": number of the method's samples, "real_<sample>s": of real ones}}.

        The distance is None, with a warning, where a side has fewer than two samples.
        """
        output, real = self._output.gaussian, self._real
        enough = min(output.count, real.count) > 1
        if not enough:
            warnings.warn(
                f"no {self.name.upper()}: it needs at least 2 {self.sample}s of {self.published.frames} frames of a "
                f"clip on each side, got {output.count} of the output and {real.count} of the real videos",
                stacklevel=2,
            )
        figure = frechet_distance(output, real) if enough else None
        return {self.name: {"all": figure, f"{self.sample}s": output.count, f"real_{self.sample}s": real.count}}


class Fid(FrechetMetric):
    """Frechet inception distance of all frames.

    Source: Heusel et al., GANs Trained by a Two Time-Scale Update Rule (2017), with StyleGAN2-ADA's copy of the
    network, which resizes to 299 x 299 itself.
    """

    name, sample, published, window = "fid", "frame", INCEPTION, INCEPTION.frames
    figures = {"fid": Figure("FID", better="↓", digits=2)}

    @classmethod
    def weights(cls, resources: MetricResources) -> Path | None:
        return resources.inception


class Fvd(FrechetMetric):
    """Frechet video distance of all windows of 16 consecutive frames that do not overlap.

    Source: Unterthiner et al., Towards Accurate Generative Models of Video (2018), with StyleGAN-V's copy of the
    network, which resizes to 224 x 224 itself. StyleGAN-V draws one window from each of 2,048 clips. Driving clips are
    few and long, so we take every window, which also leaves nothing to chance. Output and real videos should have about
    the same frame rate.
    """

    name, sample, published, window = "fvd", "window", I3D, I3D.frames
    figures = {"fvd": Figure("FVD", better="↓", digits=2)}

    @classmethod
    def weights(cls, resources: MetricResources) -> Path | None:
        return resources.i3d


@functools.cache
def shared_real_features(network: FeatureNetwork, real: RealVideos, folder: Path | None) -> Gaussian:
    """`real_features`, computed once for all methods, and where they are kept, by one process for all."""
    with distributed.main_first():
        return real_features(network, real, folder)


def real_features(network: FeatureNetwork, real: RealVideos, folder: Path | None) -> Gaussian:
    """The normal distribution of `network`'s features over `real`.

    Args:
        folder: keeps one file per network and set of videos, named after the fingerprints of both; made if missing. A
            file that cannot be read is written again. None: nothing is kept.

    Raises:
        OSError: `folder` cannot be written.
    """
    if folder is None:
        return _gather(network, real)
    key = hashlib.sha256(f"{network.published} {network.fingerprint} {real.fingerprint}".encode()).hexdigest()[:16]
    path = prepare_folder(folder) / f"{Path(network.published.name).stem}_{key}.npz"
    kept = _read(path, network.published.features)
    if kept is None:
        kept = _gather(network, real)
        _write(path, kept)
    return kept


def _gather(network: FeatureNetwork, real: Iterable[Iterable[Tensor]]) -> Gaussian:
    statistics = FeatureStatistics(network)
    for clip in tqdm(real, desc=f"{network.published.name}: real clips", unit="clip", leave=False, disable=None):
        for index, frame in enumerate(clip):
            statistics.add(frame, begins=index == 0)
    return statistics.gaussian


def _read(path: Path, size: int) -> Gaussian | None:
    try:
        with np.load(path) as file:
            gaussian = Gaussian(size)
            gaussian.count = int(file["count"])
            gaussian.mean, gaussian.scatter = (torch.from_numpy(file[name]) for name in ("mean", "scatter"))
            return gaussian
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _write(path: Path, gaussian: Gaussian) -> None:
    with replacing(path) as partial, partial.open("wb") as file:
        np.savez(file, count=gaussian.count, mean=gaussian.mean.numpy(), scatter=gaussian.scatter.numpy())
