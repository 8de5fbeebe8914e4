"""From options to refresh policies measured on held-out clips."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor
from tqdm import tqdm

from data import Clip
from data.stream import frames
from models.evaluation.cost import latency
from models.evaluation.evaluate import BASELINES
from models.evaluation.refresh_fit.curve import Point, point
from models.evaluation.refresh_fit.replay import BaselineStages, Policy, Tally, replay
from models.evaluation.refresh_fit.replay import Stages as Replayed
from models.evaluation.refresh_fit.target import short
from models.shortcut.alignment import halve
from models.streaming.refresh import Adaptive, Every
from models.streaming.scene_cut import drift
from models.streaming.stages import Stages
from options.build.translation import frame_kinds
from options.record import Options
from util.report.methods import TEACHER

THRESHOLDS = 12
REPEATS, WARMUP = 20, 3  # of single frames that are timed in turn
Known = dict[str, dict[tuple[int, int], float]]  # clip -> (reference frame, frame predicted from it) -> PSNR, dB


class Trial:
    """Measures policies on clips, which are read anew in every pass so that memory does not grow with their length.

    Args:
        macs: of one "teacher", "reference" and "skipped" frame.
        ms: the same in milliseconds, and of a skipped frame of each baseline by its name; None: nothing was timed.
    """

    def __init__(
        self,
        opt: Options,
        clips: Sequence[Clip],
        stages: Stages,
        macs: Mapping[str, float],
        device: torch.device,
        ms: Mapping[str, float] | None = None,
    ):
        self.clips, self.stages, self.macs, self.ms, self.device = clips, stages, macs, ms, device
        self.size, self.limit, self.max_interval = opt.fine_size, opt.max_frames, opt.max_interval
        self._known: Known = defaultdict(dict)

    def thresholds(self) -> list[float]:
        """Quantiles of how far frames have moved from those up to `max_interval` - 1 before them.

        Half the smallest drift comes first: with it nearly every frame is a reference frame.

        Raises:
            ValueError: nothing moves.
        """
        seen: list[float] = []
        for _, shown in self._read("drift"):
            recent: deque[Tensor] = deque(maxlen=self.max_interval - 1)
            for frame in shown:
                small = halve(self.stages.head(frame))
                seen += [drift(small, before) for before in recent]
                recent.append(small)
        moved = torch.tensor([value for value in seen if value > 0])
        if not len(moved):
            raise ValueError("nothing moves in these clips, so there is no refresh to fit: give others")
        quantiles = moved.quantile(torch.linspace(0, 1, THRESHOLDS))[1:]
        return sorted({short(value) for value in [moved.min().item() / 2, *quantiles.tolist()]})

    def measure(self, fixed: Sequence[int], adaptive: Sequence[float], label: str) -> list[Point]:
        """One point for each fixed interval and each threshold, in this order; `label` names the progress bar."""
        policies = [("fixed", interval, Every(interval)) for interval in fixed]
        policies += [("adaptive", threshold, Adaptive(threshold, self.max_interval)) for threshold in adaptive]
        tallies = self._replayed(self.stages, [policy for _, _, policy in policies], self._known, label)
        named = zip(policies, tallies, strict=True)
        return [
            point(kind, setting, tally.psnrs, tally.references, self.macs, self.ms)
            for (kind, setting, _), tally in named
        ]

    def measure_baseline(self, name: str, intervals: Sequence[int]) -> list[Point]:
        """One point for each fixed interval of one of BASELINES, which runs the whole teacher on reference frames."""
        stages = BaselineStages(self.stages.teacher, BASELINES[name])
        tallies = self._replayed(stages, [Every(interval) for interval in intervals], defaultdict(dict), name)
        macs = {"teacher": self.macs["teacher"], "reference": self.macs["teacher"], "skipped": 0.0}
        ms = self.ms and {"reference": self.ms[TEACHER], "skipped": self.ms[name]}
        named = zip(intervals, tallies, strict=True)
        return [point(name, interval, tally.psnrs, tally.references, macs, ms) for interval, tally in named]

    def _replayed(self, stages: Replayed, policies: Sequence[Policy], known: Known, label: str) -> list[Tally]:
        tallies = [Tally() for _ in policies]
        for name, shown in self._read(label):
            replay(stages, shown, policies, tallies, known[name])
        return tallies

    def _read(self, label: str) -> Iterator[tuple[str, Iterator[Tensor]]]:
        """(name, frames) of every clip, under a bar that counts frames."""
        lengths = [min(len(clip.frames), self.limit or len(clip.frames)) for clip in self.clips]
        total = sum(lengths) if all(lengths) else None  # a video file's length is not known beforehand
        with tqdm(total=total, desc=label, unit="frame", dynamic_ncols=True) as bar:
            for clip in self.clips:
                yield clip.name, self._counted(clip, bar)

    def _counted(self, clip: Clip, bar: tqdm) -> Iterator[Tensor]:
        for frame in frames(clip, self.size, self.limit):
            yield frame.to(self.device)
            bar.update()


def frame_ms(opt: Options, clip: Clip, stages: Stages, device: torch.device) -> dict[str, float]:
    """Median ms of a "teacher", "reference" and "skipped" frame, and of each baseline's skipped frame, in turn."""
    shown = [frame.to(device) for frame in frames(clip, opt.fine_size, 2)]
    first, last = shown[0], shown[-1]
    reference, skipped = frame_kinds(stages, first)
    cases = {TEACHER: lambda: stages.teacher(first), "reference": reference, "skipped": skipped}
    with torch.no_grad():
        y = stages.teacher(first).clone()
        cases |= {name: partial(baseline, first, last, y) for name, baseline in BASELINES.items()}
        wait = torch.cuda.synchronize if device.type == "cuda" else None
        return {name: ms["median"] for name, ms in latency(cases, REPEATS, WARMUP, wait).items()}
