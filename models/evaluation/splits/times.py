"""What the parts of each cut cost on the clock, and what a whole skipped frame does."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from models.evaluation import cost
from models.evaluation.pipeline_cost import frame_kinds
from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.shortcut.init import initialise
from models.streaming.stages import AnyInference, eager
from models.teachers.any_generator.cuts import Cut
from models.teachers.any_generator.graph import LayerGraph
from models.teachers.any_generator.parts import cut_generator
from models.teachers.base import Teacher

WARMUP = 1  # calls before the parts are timed


@dataclass(frozen=True)
class BlockKind:
    """The Shortcut block that is to be trained: its form, and the channels inside it."""

    form: str
    h_dim: int

    def new(self, teacher: Teacher) -> AnyInference:
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
    cases: dict[Hashable, Callable[[], object]] = {}
    keys: dict[Cut, tuple[Hashable, ...]] = {}
    for cut in cuts:
        teacher = cut_generator(graph, cut).for_inference()
        a = teacher.head(frame)
        f = teacher.body(a)
        sizes = (teacher.a_channels, teacher.f_channels, f.shape[2:])
        keys[cut] = (
            ("head", cut.entering, cut.beside),
            ("block", sizes),
            ("tail", cut.leaving, cut.entering, cut.beside),
        )
        parts = partial(teacher.head, frame), partial(_block_case, kind, teacher, a, f), partial(teacher.tail, f, a)
        for key, part in zip(keys[cut], parts, strict=True):
            if key not in cases:
                cases[key] = part() if key[0] == "block" else part
        cases.setdefault("generator", partial(teacher, frame))
    wait = torch.cuda.synchronize if frame.is_cuda else None
    ms = {key: times["median"] for key, times in cost.latency(cases, repeats, WARMUP, wait).items()}
    return {cut: PartTimes(*(ms[key] for key in keys[cut])) for cut in cuts}, ms["generator"]


def _block_case(kind: BlockKind, teacher: Teacher, a: Tensor, f: Tensor) -> Callable[[], object]:
    block, y = kind.new(teacher).to(a.device), teacher.tail(f, a)
    reference = block.prepare(a, f, y)

    def predict() -> Tensor:
        prediction, pixels = block.with_pixels(reference, a)
        return pixels.paint(y, y, block.backend) if pixels else prediction.feature

    return predict


@torch.no_grad()
def skipped_times(
    graph: LayerGraph, cuts: Sequence[Cut], kind: BlockKind, frame: Tensor, repeats: int
) -> dict[Cut, float]:
    """Milliseconds of a whole skipped frame of each cut, timed in turn: what `PartTimes.skipped` predicts."""
    cases = {}
    for cut in cuts:
        teacher = cut_generator(graph, cut).for_inference()
        cases[cut] = frame_kinds(eager(teacher, kind.new(teacher).to(frame.device)), frame)[1]
    wait = torch.cuda.synchronize if frame.is_cuda else None
    return {cut: times["median"] for cut, times in cost.latency(cases, repeats, WARMUP, wait).items()}
