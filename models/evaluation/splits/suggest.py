"""Finds where to cut a generator: the fastest skipped frame among the cuts that can look nearly as good as the best.

Only cuts that pay are compared: one that skips next to nothing has a high ceiling, and is of no use.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from models.evaluation.splits.candidates import Candidate, candidates
from models.evaluation.splits.ceiling import PIXELS, ceilings
from models.evaluation.splits.times import BlockKind, PartTimes, part_times, skipped_times
from models.teachers.any_generator.graph import LayerGraph

WITHIN_DB = 1.0  # of the best ceiling
MEASURED = 3  # cuts whose whole skipped frame is timed, too


@dataclass(frozen=True)
class Split:
    """A cut with all that speaks for it.

    candidate: the cut, and the MACs of its parts.
    ms: of the parts of a skipped frame.
    ceiling: PSNR in dB that warping the true late features gives.
    measured: ms of a whole skipped frame; None: not measured.
    """

    candidate: Candidate
    ms: PartTimes
    ceiling: float
    measured: float | None = None

    @property
    def skipped_ms(self) -> float:
        """As measured, otherwise as predicted."""
        return self.measured or self.ms.skipped


@dataclass(frozen=True)
class Suggestion:
    """All splits in the order of their layers, and the recommended one of them.

    generator_ms: of the whole generator, run like the parts.
    pixels: PSNR in dB of the baseline that warps the output itself.
    """

    splits: list[Split]
    best: Split
    generator_ms: float
    pixels: float


def suggest(
    graph: LayerGraph, frames: Sequence[Tensor], kind: BlockKind, interval: int = 3, repeats: int = 5, pays: float = 2.0
) -> Suggestion:
    """Rate every way to cut a generator, on frames of a moving clip, each [1, 3, H, W] in [-1, 1].

    Args:
        kind: of the block that is to be trained.
        interval: frames from one reference frame to the next.
        repeats: times that each part is timed.
        pays: how many times faster than the generator a skipped frame must be, so that a cut is compared.

    Raises:
        ValueError: no cut is possible, or no frame of the clip is skipped.
    """
    found = candidates(graph, frames[0])
    cuts = [candidate.cut for candidate in found]
    psnr = ceilings(graph, cuts, frames, interval)
    times, generator_ms = part_times(graph, cuts, kind, frames[0], repeats)
    splits = [Split(one, times[one.cut], psnr[one.cut]) for one in found]
    good = nearly_best(splits, generator_ms / pays)
    measured = skipped_times(graph, [one.candidate.cut for one in good[:MEASURED]], kind, frames[0], repeats)
    splits = [replace(one, measured=measured.get(one.candidate.cut)) for one in splits]
    best = min((one for one in splits if one.measured), key=lambda one: one.skipped_ms)
    return Suggestion(splits, best, generator_ms, psnr[PIXELS])


def nearly_best(splits: Sequence[Split], at_most_ms: float) -> list[Split]:
    """Of the splits that take so long at most, those whose ceiling is within WITHIN_DB of the highest; fastest first.

    If all take longer: the fastest alone.
    """
    fast = [one for one in splits if one.skipped_ms <= at_most_ms]
    if not fast:
        return [min(splits, key=lambda one: one.skipped_ms)]
    highest = max(one.ceiling for one in fast)
    return sorted((one for one in fast if one.ceiling >= highest - WITHIN_DB), key=lambda one: one.skipped_ms)
