"""What the parts of each cut cost on the clock, and what a whole skipped frame does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from models.evaluation import cost
from models.evaluation.pipeline_cost import frame_kinds
from models.shortcut import BLOCKS
from models.shortcut.base import ShortcutInference
from models.shortcut.inference import optimize
from models.shortcut.init import initialise
from models.streaming.stages import eager
from models.teachers.any_generator.cuts import Cut, names
from models.teachers.any_generator.graph import LayerGraph
from models.teachers.any_generator.parts import cut_generator
from models.teachers.base import Teacher

WHOLE = "generator"
WARMUP = 1  # calls before the parts are timed


@dataclass(frozen=True)
class BlockKind:
    """The Shortcut block that is to be trained: its form, and the channels inside it."""

    form: str
    h_dim: int

    def new(self, teacher: Teacher) -> ShortcutInference:
        """An untrained block for the teacher, in its inference form. It takes as long as a trained one."""
        return optimize(initialise(BLOCKS[self.form](teacher.a_channels, self.h_dim, f_ch=teacher.f_channels)))


@dataclass(frozen=True)
class PartTimes:
    """Milliseconds of what runs on a skipped frame: medians of calls in turn."""

    head: float
    block: float
    tail: float

    @property
    def skipped(self) -> float:
        return self.head + self.block + self.tail


@torch.no_grad()
def part_times(
    graph: LayerGraph, cuts: Sequence[Cut], kind: BlockKind, frame: Tensor, repeats: int
) -> tuple[dict[Cut, PartTimes], float]:
    """(times of each cut, ms of the whole generator), all run as they run on video. A part of several cuts runs once.

    Args:
        frame: [1, 3, H, W] in [-1, 1].
        repeats: times that each part is timed; the parts take turns.
    """
    cases: dict[str, Callable[[], object]] = {}
    keys: dict[Cut, list[str]] = {}
    for cut in cuts:
        teacher = cut_generator(graph, cut).for_inference()
        a = teacher.head(frame)
        f = teacher.body(a)
        early = f"{names(cut.entering)} and {names(cut.beside)}"
        sizes = [teacher.a_channels, teacher.f_channels, *f.shape[2:]]
        keys[cut] = [f"head to {early}", f"block {sizes}", f"tail from {names(cut.leaving)} and {early}"]
        head, block, tail = keys[cut]
        cases.setdefault(head, partial(teacher.head, frame))
        cases.setdefault(tail, partial(teacher.tail, f, a))
        if block not in cases:
            cases[block] = _block_case(kind.new(teacher).to(a.device), a, f, teacher.tail(f, a))
        cases.setdefault(WHOLE, partial(teacher, frame))
    ms = {key: times["median"] for key, times in cost.latency(cases, repeats, WARMUP, _wait(frame)).items()}
    return {cut: PartTimes(*(ms[key] for key in keys[cut])) for cut in cuts}, ms[WHOLE]


def _block_case(block: ShortcutInference, a: Tensor, f: Tensor, y: Tensor) -> Callable[[], object]:
    reference: Any = block.prepare(a, f, y)

    def predict() -> object:
        prediction, pixels = block.with_pixels(reference, a)
        return pixels.paint(y, y, block.backend) if pixels else prediction

    return predict


@torch.no_grad()
def skipped_times(
    graph: LayerGraph, cuts: Sequence[Cut], kind: BlockKind, frame: Tensor, repeats: int
) -> dict[Cut, float]:
    """Milliseconds of a whole skipped frame of each cut, timed in turn: what `PartTimes.skipped` predicts."""
    cases = {}
    for number, cut in enumerate(cuts):
        teacher = cut_generator(graph, cut).for_inference()
        cases[str(number)] = frame_kinds(eager(teacher, kind.new(teacher).to(frame.device)), frame)[1]
    times = cost.latency(cases, repeats, WARMUP, _wait(frame))
    return {cut: times[str(number)]["median"] for number, cut in enumerate(cuts)}


def _wait(frame: Tensor) -> Callable[[], object] | None:
    return torch.cuda.synchronize if frame.is_cuda else None
