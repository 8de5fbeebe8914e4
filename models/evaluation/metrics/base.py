"""What every metric is: an accumulator of the figures of one method."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from models.evaluation.metrics.motion import Motion


@dataclass(frozen=True, eq=False)
class FrameContext:
    """One frame of a clip as the camera saw it; shared by all methods that are shown on it.

    Args:
        clip: its name.
        index: the frame's number in the clip, from 0.
        input: [1, 3, H, W] in [-1, 1], float32 on the CPU.
        previous: the input before it; None where a clip begins.
        truth: class ids uint8 [H, W] of the ground truth, for segmentation scores.
        face_parts: [1, C, H, W], which the networks take after the colour channels; None: they take none.
    """

    clip: str
    index: int
    input: Tensor
    previous: Tensor | None = None
    truth: np.ndarray | None = None
    face_parts: Tensor | None = None

    @property
    def network_input(self) -> Tensor:
        """What the networks take: the colours and the face parts, if there are any, [1, 3 + C, H, W]."""
        return self.input if self.face_parts is None else torch.cat([self.input, self.face_parts], 1)

    @functools.cached_property
    def motion(self) -> "Motion | None":
        """How the input moved since the frame before, found once for all methods; None where a clip begins."""
        from models.evaluation.metrics.motion import Motion

        return None if self.previous is None else Motion.between(self.previous, self.input)


class RealVideos(Protocol):
    """Videos of the target domain: clips, each an iterable of frames [1, 3, H, W] in [-1, 1].

    fingerprint: changes when they do.
    """

    fingerprint: str

    def __iter__(self) -> "Iterable[Iterable[Tensor]]": ...


@dataclass(frozen=True)
class MetricResources:
    """What metrics may need from outside; each says in `missing` what it lacks.

    Args:
        segment: an output [1, 3, H, W] in [-1, 1] -> class ids uint8 [H, W].
        seg_protocol: a key of models.evaluation.segmentation.PROTOCOLS.
        conditions: whether clips are VIPER's own, whose weather and time of day are known.
        inception, i3d: files of the feature networks of FID and FVD.
        real: videos of the target domain.
        cache: folder for statistics of the real videos; None: they are found anew.
        device: where feature networks run.
    """

    segment: Callable[[Tensor], np.ndarray] | None = None
    seg_protocol: str = "standard"
    conditions: bool = True
    inception: Path | None = None
    i3d: Path | None = None
    real: RealVideos | None = None
    cache: Path | None = None
    device: torch.device = torch.device("cpu")


class Metric(ABC):
    """The figures of one method ("teacher", "shortcut", "reuse", ...), gathered frame by frame in bounded memory.

    against_teacher: whether it is a distance to the teacher's output, of which the teacher itself has none.
    columns: names of the figures that `update` may return.
    """

    against_teacher: ClassVar[bool]
    columns: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        """What has to be supplied before it can be built, and where it comes from; None when nothing has to."""
        return None

    def __init__(self, resources: MetricResources) -> None:
        self.resources = resources

    @abstractmethod
    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        """Add one frame; frames come in display order, clip after clip.

        What is remembered of earlier frames is forgotten where `frame.previous` is None.

        Args:
            output, target: [1, 3, H, W] in [-1, 1] on the CPU: the method's picture, and the teacher's.
            distance: how many frames back the reference lies; 0 on frames that the teacher makes itself.

        Returns:
            figures of this frame, under names of `columns`; {} if it has none.
        """

    @abstractmethod
    def figures(self) -> dict[str, dict]:
        """name -> {"all": figure or None, ...}, all in plain numbers; several names if it measures several things."""


class Means:
    """The mean of a figure over skipped frames, over all, and per distance; a sum and a count of each distance."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[float, int]] = {}

    def add(self, value: float, distance: int) -> None:
        total, count = self._sums.get(distance, (0.0, 0))
        self._sums[distance] = total + value, count + 1

    def figures(self) -> dict:
        """{"skipped", "all", "per_distance": {"1": mean, ...}}; a mean of nothing is None."""
        skipped = {d: part for d, part in sorted(self._sums.items()) if d > 0}
        return {
            "skipped": _mean(skipped.values()),
            "all": _mean(self._sums.values()),
            "per_distance": {str(d): _mean([part]) for d, part in skipped.items()},
        }


class MeanMetric(Metric):
    """A metric whose figure, called `name`, is the mean of what its frames have.

    name: of the figure, and of its column.
    """

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "name" in vars(cls):
            cls.columns = (cls.name,)

    def __init__(self, resources: MetricResources) -> None:
        super().__init__(resources)
        self.means = Means()

    def figures(self) -> dict[str, dict]:
        return {self.name: self.means.figures()}

    def _counted(self, value: float | None, distance: int) -> dict[str, float]:
        """What `update` returns for a frame with this figure, which joins the mean; None if it has none."""
        if value is None:
            return {}
        self.means.add(value, distance)
        return {self.name: value}


def _mean(parts: Iterable[tuple[float, int]]) -> float | None:
    totals, counts = zip(*parts, strict=True) if (parts := list(parts)) else ((), ())
    return sum(totals) / sum(counts) if counts else None
