"""Figures of many frames, gathered by method and metric."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from torch import Tensor

from models.evaluation.metrics import FrameContext, Metric, MetricResources
from util import exchange
from util.report.record import SHORTCUT, TEACHER


@dataclass(frozen=True)
class MethodOutput:
    """The output of a method on one frame.

    Args:
        output: [1, 3, H, W] in [-1, 1], on the CPU.
        distance: the output was predicted from the frame this many frames back; 0: the teacher made it.
        is_reference: whether the method renewed its reference on this frame.
        ms: how long the method took.
    """

    output: Tensor
    distance: int
    is_reference: bool
    ms: float = 0.0


class Scores:
    """Every metric of every method, one accumulator each.

    Args:
        metrics: name -> accumulator class.
        resources: given to every accumulator.
        methods: "shortcut", the main one, and those shown beside it. The "teacher" has no figures of metrics that
            measure the distance to it.
    """

    def __init__(self, metrics: Mapping[str, type[Metric]], resources: MetricResources, methods: Iterable[str]):
        self._of = {
            method: [
                metric(resources) for metric in metrics.values() if method != TEACHER or not metric.against_teacher
            ]
            for method in methods
        }
        self._frames: Counter[tuple[str, bool]] = Counter()  # method, whether it was a reference frame -> frames
        self._skipped_ms: defaultdict[str, float] = defaultdict(float)  # method -> sum over skipped frames

    def add(
        self, frame: FrameContext, outputs: Mapping[str, MethodOutput], target: Tensor | None = None
    ) -> dict[str, dict[str, float]]:
        """Add a frame and return its figures, method -> name -> value. Without a target the frame is only counted.

        Args:
            outputs: the output of each method but the teacher.
            target: the teacher's output.
        """
        for method, one in outputs.items():
            self._frames[method, one.is_reference] += 1
            self._skipped_ms[method] += 0.0 if one.is_reference else one.ms
        if target is None:
            return {}
        # The teacher's frames count as skipped where the Shortcut's do, so that both means are over the same frames.
        judged = {TEACHER: MethodOutput(target, outputs[SHORTCUT].distance, is_reference=True), **outputs}
        return {method: self._judge(method, frame, judged[method], target) for method in self._of}

    def _judge(self, method: str, frame: FrameContext, one: MethodOutput, target: Tensor) -> dict[str, float]:
        figures = {}
        for metric in self._of[method]:
            figures |= metric.update(frame, one.output, target, one.distance)
        return figures

    def collect(self) -> None:
        """Add the scores of all other processes to those of the main one. All processes call this."""
        mine = {method: [metric.accumulators() for metric in metrics] for method, metrics in self._of.items()}
        for theirs, frames, skipped_ms in exchange.collect((mine, self._frames, dict(self._skipped_ms))):
            for method, metrics in mine.items():
                for ours, other in zip(chain(*metrics), chain(*theirs[method]), strict=True):
                    ours.merge(other)
            self._frames.update(frames)
            for method, ms in skipped_ms.items():
                self._skipped_ms[method] += ms

    @property
    def methods(self) -> list[str]:
        return list(self._of)

    def columns(self) -> list[tuple[str, str]]:
        """Return (method, name) of every figure that a frame may have."""
        return [(method, name) for method, metrics in self._of.items() for metric in metrics for name in metric.columns]

    def frames(self, method: str = SHORTCUT) -> dict[str, int]:
        """Return how many frames there were of each kind: {"total", "reference", "skipped"}."""
        reference, skipped = self._frames[method, True], self._frames[method, False]
        return {"total": reference + skipped, "reference": reference, "skipped": skipped}

    def skipped_ms(self, method: str) -> float:
        """Return the method's mean time on its skipped frames in ms; 0 if it had none."""
        return self._skipped_ms[method] / max(1, self._frames[method, False])

    def figures(self, method: str = SHORTCUT) -> dict[str, dict]:
        """Return name -> the figures of all frames, see `Metric.compute`."""
        return {name: figure for metric in self._of[method] for name, figure in metric.compute().items()}
