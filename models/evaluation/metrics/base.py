"""What every metric is: it accumulates the figures of one method, frame by frame."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from torch import Tensor

from util.flow import Motion
from util.report.record import Figure


@dataclass(frozen=True, eq=False)
class FrameContext:
    """One frame of a clip as the camera saw it; all methods share it.

    Args:
        clip: name of the clip.
        index: number of the frame in the clip, from 0.
        input: [1, 3, H, W] in [-1, 1], float32 on the CPU.
        previous: the input before it; None at the beginning of a clip.
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
    def motion(self) -> Motion | None:
        """The motion of the input since the frame before; None at the beginning of a clip. Computed once."""
        return None if self.previous is None else Motion.between(self.previous, self.input)


class RealVideos(Protocol):
    """Videos of the target domain: clips, each an iterable of frames [1, 3, H, W] in [-1, 1].

    fingerprint: a text that changes when the videos change.
    """

    @property
    def fingerprint(self) -> str: ...

    def __iter__(self) -> Iterator[Iterable[Tensor]]: ...


@dataclass(frozen=True)
class MetricResources:
    """What metrics may need from outside; `Metric.missing` says what a metric lacks.

    Args:
        segment: an output [1, 3, H, W] in [-1, 1] -> class ids uint8 [H, W].
        seg_protocol: a key of PROTOCOLS in models.evaluation.metrics.segmentation.
        conditions: whether the clips are VIPER's own, whose weather and time of day are known.
        inception, i3d: files of the feature networks of FID and FVD.
        trust_torchscript: read these files also where they are not the published ones.
        real: videos of the target domain.
        cache: folder for statistics of the real videos; None: they are computed in every run.
        device: where feature networks run.
    """

    segment: Callable[[Tensor], np.ndarray] | None = None
    seg_protocol: str = "standard"
    conditions: bool = True
    inception: Path | None = None
    i3d: Path | None = None
    trust_torchscript: bool = False
    real: RealVideos | None = None
    cache: Path | None = None
    device: torch.device = torch.device("cpu")


class Accumulator(Protocol):
    """Sums over frames, which can be sent to another process."""

    def merge(self, other: Any) -> None:
        """Add what `other`, of the same class, has accumulated over other frames."""


class Metric(ABC):
    """One metric of one method ("teacher", "shortcut", "reuse", ...); memory does not grow with the number of frames.

    Class attributes:
        against_teacher: True if it is a distance to the teacher's output. The teacher itself then has no figure.
        figures: name -> how tables, charts and the report page show this figure, for every key of `compute`.
        columns: names of the figures that `update` returns: the metric's columns in frames.csv.
        shortest_side: of the pictures that it can measure, px.
        window: consecutive frames of a sample, where it needs two samples at least; 0: one frame will do.
    """

    against_teacher: ClassVar[bool]
    figures: ClassVar[Mapping[str, Figure]]
    columns: ClassVar[tuple[str, ...]] = ()
    shortest_side: ClassVar[int] = 1
    window: ClassVar[int] = 0

    @classmethod
    def missing(cls, resources: MetricResources) -> str | None:
        """What the metric lacks and where to get it, as a message to the user; None if it can be built."""
        return None

    def __init__(self, resources: MetricResources) -> None:
        self.resources = resources

    @abstractmethod
    def update(self, frame: FrameContext, output: Tensor, target: Tensor, distance: int) -> dict[str, float]:
        """Add one frame. Frames come in display order, clip after clip.

        A clip begins where `frame.previous` is None: the metric then forgets earlier frames.

        Args:
            output, target: [1, 3, H, W] in [-1, 1] on the CPU: the method's picture, and the teacher's.
            distance: how many frames back the reference lies; 0 on frames that the teacher makes itself.

        Returns:
            this frame's figures by the names in `columns`; {} if it has none.
        """

    @abstractmethod
    def accumulators(self) -> list[Accumulator]:
        """All that the metric has accumulated. Where clips are shared out, those of all processes are merged."""

    @abstractmethod
    def compute(self) -> dict[str, dict]:
        """name -> {"all": figure or None, ...} over all frames so far, in plain numbers, for every key of `figures`."""


class AverageByDistance:
    """The average of a figure per distance to the reference, over skipped frames and over all frames."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[float, int]] = {}  # distance -> sum, number of frames

    def add(self, value: float, distance: int) -> None:
        total, count = self._sums.get(distance, (0.0, 0))
        self._sums[distance] = total + value, count + 1

    def merge(self, other: "AverageByDistance") -> None:
        for distance, (total, count) in other._sums.items():
            mine = self._sums.get(distance, (0.0, 0))
            self._sums[distance] = mine[0] + total, mine[1] + count

    def compute(self) -> dict:
        """{"skipped", "all", "per_distance": {"1": average, ...}}; an average of no frames is None."""
        skipped = {d: part for d, part in sorted(self._sums.items()) if d > 0}
        return {
            "skipped": _average(skipped.values()),
            "all": _average(self._sums.values()),
            "per_distance": {str(d): _average([part]) for d, part in skipped.items()},
        }


class AveragedMetric(Metric):
    """A metric with one figure, called `name`: the average over the frames that have a value.

    Class attributes:
        name: of the figure in metrics.json, and of its column in frames.csv.
        figure: how tables, charts and the report page show it.
    """

    name: ClassVar[str]
    figure: ClassVar[Figure]

    def __init_subclass__(cls) -> None:
        if "name" in vars(cls):
            cls.columns, cls.figures = (cls.name,), {cls.name: cls.figure}

    def __init__(self, resources: MetricResources) -> None:
        super().__init__(resources)
        self.average = AverageByDistance()

    def accumulators(self) -> list[Accumulator]:
        return [self.average]

    def compute(self) -> dict[str, dict]:
        return {self.name: self.average.compute()}

    def add(self, value: float | None, distance: int) -> dict[str, float]:
        """Add a frame's value to the average; None if the frame has none. Returns what `update` has to return."""
        if value is None:
            return {}
        self.average.add(value, distance)
        return {self.name: value}


def _average(parts: Iterable[tuple[float, int]]) -> float | None:
    totals, counts = zip(*parts, strict=True) if (parts := list(parts)) else ((), ())
    return sum(totals) / sum(counts) if counts else None
