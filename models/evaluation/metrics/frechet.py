"""Normal distributions of feature vectors, and the Frechet distance between two of them."""

import torch
from torch import Tensor

from models.evaluation.metrics.feature_networks import FeatureNetwork
from util.image import to_uint8


class Gaussian:
    """The normal distribution of vectors with `size` entries, accumulated in float64; it keeps no vector.

    It merges batches about their own means, which stays exact where a sum of squares would cancel. Source: Chan, Golub
    and LeVeque, Algorithms for Computing the Sample Variance (1983).

    Attributes:
        count: number of vectors.
        mean: [size].
        scatter: [size, size], the sum of outer products of deviations from the mean.
    """

    def __init__(self, size: int):
        self.count = 0
        self.mean = torch.zeros(size, dtype=torch.float64)
        self.scatter = torch.zeros(size, size, dtype=torch.float64)

    def add(self, vectors: Tensor) -> None:
        """Add `vectors` [N, size].

        Raises:
            ValueError: they have another shape.
        """
        if vectors.ndim != 2 or vectors.shape[1] != len(self.mean):
            raise ValueError(f"want vectors [N, {len(self.mean)}], got {list(vectors.shape)}")
        if not len(vectors):
            return
        vectors = vectors.detach().to("cpu", torch.float64)
        total = self.count + len(vectors)
        shift = vectors.mean(dim=0) - self.mean
        between = shift * (self.count * len(vectors) / total) ** 0.5
        deviations = torch.cat([vectors - vectors.mean(dim=0), between[None]])
        self.scatter.addmm_(deviations.T, deviations)
        self.mean += shift * len(vectors) / total
        self.count = total

    def merge(self, other: "Gaussian") -> None:
        """Add the vectors of `other`."""
        if not other.count:
            self.mean += other.mean * 0  # NaN: it had frames that were not finite
            return
        total = self.count + other.count
        shift = other.mean - self.mean
        self.scatter += other.scatter
        self.scatter.addr_(shift, shift, alpha=self.count * other.count / total)
        self.mean += shift * other.count / total
        self.count = total

    @property
    def covariance(self) -> Tensor:
        """[size, size], divided by count - 1.

        Raises:
            ValueError: there are fewer than two vectors.
        """
        if self.count < 2:
            raise ValueError(f"a covariance needs at least 2 vectors, got {self.count}")
        return self.scatter / (self.count - 1)


def frechet_distance(one: Gaussian, other: Gaussian) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)); NaN if a vector was not finite.

    The trace of the last term is the sum of the singular values of R1^T R2, where C = R R^T. Unlike the square root of
    a product it stays real, and exact to rounding, where a covariance is singular: nothing has to be added to the
    diagonal. Source: Dowson and Landau, The Frechet Distance between Multivariate Normal Distributions (1982).

    Raises:
        ValueError: one side has fewer than two vectors.
    """
    first, second = one.covariance, other.covariance
    if not all(part.isfinite().all() for part in (first, second, one.mean, other.mean)):
        return float("nan")
    cross = torch.linalg.svdvals(_root(first).T @ _root(second)).sum()
    squared = (one.mean - other.mean).square().sum() + first.trace() + second.trace() - 2 * cross
    return squared.clamp(min=0).item()


def _root(covariance: Tensor) -> Tensor:
    """R [D, rank] with R R^T = covariance [D, D]."""
    values, vectors = torch.linalg.eigh(covariance)  # ascending
    kept = values > len(values) * torch.finfo(values.dtype).eps * values[-1]
    return vectors[:, kept] * values[kept].sqrt()


class FeatureStatistics:
    """The normal distribution of a network's features over windows of consecutive frames.

    It cuts each clip into windows that do not overlap, as long as the network takes. Frames left at the end of a clip
    do not count. Of the frames it keeps one window, in the 8 bits they are saved with.

    Attributes:
        gaussian: of the features so far; its count is the number of windows.
    """

    def __init__(self, network: FeatureNetwork):
        self.network = network
        self.gaussian = Gaussian(network.published.features)
        self._window: list[Tensor] = []

    def add(self, frame: Tensor, begins: bool) -> None:
        """Add `frame` [1, 3, H, W] in [-1, 1]; `begins` is True for the first frame of a clip."""
        if begins:
            self._window.clear()
        if not frame.isfinite().all():  # 8 bits would hide it
            self.gaussian.mean.fill_(torch.nan)
        self._window.append(torch.from_numpy(to_uint8(frame[0])).permute(2, 0, 1))
        if len(self._window) == self.network.published.frames:
            self.gaussian.add(self.network(torch.stack(self._window, dim=1)[None]))
            self._window.clear()
