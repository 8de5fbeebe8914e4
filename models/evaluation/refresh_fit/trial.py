"""Measures refresh policies and baselines on validation clips."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from tqdm import tqdm

from models.evaluation.baselines import BASELINES
from models.evaluation.cost import latency
from models.evaluation.pipeline_cost import frame_kinds
from models.evaluation.refresh_fit.curve import Point, point
from models.evaluation.refresh_fit.replay import BaselineStages, Tally, replay
from models.evaluation.refresh_fit.target import short
from models.shortcut.alignment import halve
from models.streaming.refresh import Adaptive, Every, Refresh, drift
from models.streaming.stages import Stages
from util.report.record import TEACHER

THRESHOLDS = 12
REPEATS, WARMUP = 20, 3  # of single frames that are timed in turn
PsnrOfPairs = dict[str, dict[tuple[int, int], float]]  # clip -> (reference frame, frame predicted from it) -> dB


@dataclass(frozen=True)
class TrialClip:
    """A clip to measure on.

    Args:
        frames: opens the clip anew: each frame [1, 3, H, W] in [-1, 1], on the networks' device.
        length: number of frames; None: not known before the clip is read.
    """

    name: str
    frames: Callable[[], Iterable[Tensor]]
    length: int | None = None


class Trial:
    """Measures policies on clips, which are read anew in every pass so that memory does not grow with their length.

    Args:
        max_interval: the longest interval of an adaptive policy.
        macs: of one "teacher", "reference" and "skipped" frame.
        ms: the same in milliseconds, and of a skipped frame of each baseline by its name; None: nothing was timed.
    """

    def __init__(
        self,
        clips: Sequence[TrialClip],
        stages: Stages,
        max_interval: int,
        macs: Mapping[str, float],
        ms: Mapping[str, float] | None = None,
    ):
        self.clips, self.stages, self.max_interval, self.macs, self.ms = clips, stages, max_interval, macs, ms
        self._psnr_of_pairs: PsnrOfPairs = defaultdict(dict)

    def thresholds(self) -> list[float]:
        """Return quantiles of the drift between frames that lie up to `max_interval` - 1 apart.

        Half the smallest drift comes first: with it nearly every frame is a reference frame.

        Raises:
            ValueError: nothing moves.
        """
        drifts: list[float] = []
        for _, frames in self._read("drift"):
            recent: deque[Tensor] = deque(maxlen=self.max_interval - 1)
            for frame in frames:
                features = halve(self.stages.head(frame))
                drifts += [drift(features, before) for before in recent]
                recent.append(features)
        positive = torch.tensor([value for value in drifts if value > 0])
        if not len(positive):
            raise ValueError("nothing moves in these clips, so there is no refresh to fit: give others")
        quantiles = positive.quantile(torch.linspace(0, 1, THRESHOLDS))[1:]
        return sorted({short(value) for value in [positive.min().item() / 2, *quantiles.tolist()]})

    def measure(self, fixed: Sequence[int], adaptive: Sequence[float], label: str) -> list[Point]:
        """Return a point for each fixed interval and each threshold, in this order; `label` names the progress bar."""
        policies = [("fixed", interval, Every(interval)) for interval in fixed]
        policies += [("adaptive", threshold, Adaptive(threshold, self.max_interval)) for threshold in adaptive]
        tallies = self._replay(self.stages, [policy for _, _, policy in policies], self._psnr_of_pairs, label)
        return [
            point(kind, setting, tally.psnrs, tally.references, self.macs, self.ms)
            for (kind, setting, _), tally in zip(policies, tallies, strict=True)
        ]

    def measure_baseline(self, name: str, intervals: Sequence[int]) -> list[Point]:
        """Return a point for each fixed interval of one of BASELINES, which runs the whole teacher on references."""
        stages = BaselineStages(self.stages.teacher, BASELINES[name])
        tallies = self._replay(stages, [Every(interval) for interval in intervals], defaultdict(dict), name)
        macs = {"teacher": self.macs["teacher"], "reference": self.macs["teacher"], "skipped": 0.0}
        ms = self.ms and {"reference": self.ms[TEACHER], "skipped": self.ms[name]}
        return [
            point(name, interval, tally.psnrs, tally.references, macs, ms)
            for interval, tally in zip(intervals, tallies, strict=True)
        ]

    def _replay(
        self, stages: Stages | BaselineStages, policies: Sequence[Refresh], psnr_of_pairs: PsnrOfPairs, label: str
    ) -> list[Tally]:
        tallies = [Tally() for _ in policies]
        for name, frames in self._read(label):
            replay(stages, frames, policies, tallies, psnr_of_pairs[name])
        return tallies

    def _read(self, label: str) -> Iterator[tuple[str, Iterator[Tensor]]]:
        """Yield (name, frames) of every clip, under a bar that counts frames."""
        lengths = [clip.length for clip in self.clips]
        total = None if None in lengths else sum(lengths)
        with tqdm(total=total, desc=label, unit="frame", dynamic_ncols=True) as bar:
            for clip in self.clips:
                yield clip.name, self._counted(clip, bar)

    def _counted(self, clip: TrialClip, bar: tqdm) -> Iterator[Tensor]:
        for frame in clip.frames():
            yield frame
            bar.update()


def frame_ms(stages: Stages, first: Tensor, last: Tensor) -> dict[str, float]:
    """Return median ms of a "teacher", "reference" and "skipped" frame, and of each baseline's skipped frame, in turn.

    Args:
        first, last: two frames of a clip, [1, 3, H, W] in [-1, 1] on the networks' device; baselines predict the last.
    """
    reference, skipped = frame_kinds(stages, first)
    cases = {TEACHER: lambda: stages.teacher(first), "reference": reference, "skipped": skipped}
    with torch.no_grad():
        y = stages.teacher(first).clone()
        cases |= {name: partial(baseline, first, last, y) for name, baseline in BASELINES.items()}
        wait = torch.cuda.synchronize if first.is_cuda else None
        return {name: ms["median"] for name, ms in latency(cases, REPEATS, WARMUP, wait).items()}
