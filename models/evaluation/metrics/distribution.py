"""How far a method's pictures are, as a crowd, from real ones: FID of frames, FVD of 16 frames together."""

import warnings
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from torch import Tensor

from models.evaluation.metrics.base import FrameContext, Metric, MetricResources
from models.evaluation.metrics.feature_networks import I3D, INCEPTION, Published, feature_network
from models.evaluation.metrics.feature_statistics import FeatureStatistics
from models.evaluation.metrics.gaussian import frechet_distance
from models.evaluation.metrics.real_features import shared_real_features


class Distribution(Metric):
    """Frechet distance between the features of a method's output and those of real videos of the target domain.

    0 for equal distributions; squared units of the features. Both sides go through the network with 8 bits per
    channel, and covariances are divided by count - 1. With few samples the figure is too high, and by how much
    depends on their number: compare only figures with the same counts.
    """

    against_teacher = False
    name: ClassVar[str]
    sample: ClassVar[str]
    published: ClassVar[Published]

    @classmethod
    @abstractmethod
    def weights(cls, resources: MetricResources) -> Path | None:
        """The file of its network."""

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        if (problem := cls.published.missing(cls.weights(resources))) is not None:
            return f"{cls.name.upper()}: {problem}"
        if resources.real is None:
            return f"{cls.name.upper()}: no real videos of the target domain to compare with; give --real_root DIR"
        return None

    def __init__(self, resources: MetricResources) -> None:
        """Reads the network and looks at the real videos.

        Raises:
            FileNotFoundError, ValueError, OSError: as `FeatureNetwork` and `real_features`.
        """
        super().__init__(resources)
        network = feature_network(self.published, self.weights(resources), resources.device)
        self._real = shared_real_features(network, resources.real, resources.cache)
        self._seen = FeatureStatistics(network)

    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        self._seen.add(output, begins=frame.previous is None)
        return {}

    def figures(self) -> dict[str, dict]:
        """{name: {"all": distance, samples: how many of the method, "real_" + samples: how many it is held against}}.

        The distance is None, with a warning, where either side has fewer than two samples.
        """
        seen, real = self._seen.gaussian, self._real
        enough = min(seen.count, real.count) > 1
        if not enough:
            warnings.warn(
                f"no {self.name.upper()}: it needs at least 2 {self.sample}s of {self.published.frames} frames of a "
                f"clip on each side, got {seen.count} of the output and {real.count} of the real videos",
                stacklevel=2,
            )
        figure = frechet_distance(seen, real) if enough else None
        return {self.name: {"all": figure, f"{self.sample}s": seen.count, f"real_{self.sample}s": real.count}}


class Fid(Distribution):
    """Frechet inception distance of all frames. Source: Heusel et al., GANs Trained by a Two Time-Scale Update
    Rule (2017), with StyleGAN2-ADA's copy of the network, which resizes to 299 x 299 itself."""

    name, sample, published = "fid", "frame", INCEPTION

    @classmethod
    def weights(cls, resources: MetricResources) -> Path | None:
        return resources.inception


class Fvd(Distribution):
    """Frechet video distance of all windows of 16 consecutive frames that do not overlap.

    Source: Unterthiner et al., Towards Accurate Generative Models of Video (2018), with StyleGAN-V's copy of the
    network, which resizes to 224 x 224 itself. StyleGAN-V draws one window from each of 2,048 clips; driving clips
    are few and long, so every window counts here, which also leaves nothing to chance. Output and real videos should
    have about the same frame rate.
    """

    name, sample, published = "fvd", "window", I3D

    @classmethod
    def weights(cls, resources: MetricResources) -> Path | None:
        return resources.i3d
