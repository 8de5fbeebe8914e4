"""One clip translated under many refresh policies at once; what several of them need is computed once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

from models.evaluation.metrics.image import Psnr, unit_pair


class Policy(Protocol):
    """Says of one frame after the other, from its early features a, whether it is to be a reference frame."""

    def reset(self) -> None: ...

    def wants(self, a: Tensor) -> bool: ...


class Stages(Protocol):
    """The parts of a translator: head x -> a, translate a -> (reference, y), predict (reference, a) -> y."""

    head: Callable[[Tensor], Tensor]
    translate: Callable[[Tensor], tuple[Any, Tensor]]
    predict: Callable[[Any, Tensor], Tensor]


@dataclass(frozen=True)
class BaselineStages:
    """Stages of a baseline, whose reference is a frame with the teacher's output of it.

    teacher: frame [1, 3, H, W] in [-1, 1] -> its output.
    baseline: (reference frame, current frame, reference output) -> output.
    """

    teacher: Callable[[Tensor], Tensor]
    baseline: Callable[[Tensor, Tensor, Tensor], Tensor]

    def head(self, frame: Tensor) -> Tensor:
        return frame

    def translate(self, frame: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
        y = self.teacher(frame)
        return (frame, y), y

    def predict(self, reference: tuple[Tensor, Tensor], frame: Tensor) -> Tensor:
        return self.baseline(reference[0], frame, reference[1])


@dataclass
class Tally:
    """Frames that one policy ran: how many reference frames, and the PSNR of each skipped one in dB."""

    references: int = 0
    psnrs: list[float] = field(default_factory=list)


@torch.no_grad()
def replay(
    stages: Stages,
    frames: Iterable[Tensor],
    policies: Sequence[Policy],
    tallies: Sequence[Tally],
    known: dict[tuple[int, int], float],
) -> None:
    """Add to each policy's tally what it makes of the frames, each [1, 3, H, W] in [-1, 1], from a new video on.

    All policies go through the clip side by side, so that only those references are in memory which one of them uses.

    Args:
        known: (reference frame, frame predicted from it) -> PSNR of this clip; read, and filled with what is missing.
    """
    references: dict[int, Any] = {}
    sources = [0] * len(policies)  # the frame from which each policy predicts now
    for policy in policies:
        policy.reset()
    for index, frame in enumerate(frames):
        a = stages.head(frame)
        sources = [index if p.wants(a) else source for p, source in zip(policies, sources, strict=True)]
        missing = {source for source in sources if source != index and (source, index) not in known}
        if missing or index in sources:
            references[index], target = stages.translate(a)
        for source in missing:
            known[source, index] = Psnr.measure(*unit_pair(stages.predict(references[source], a), target))
        references = {source: references[source] for source in set(sources)}
        for tally, source in zip(tallies, sources, strict=True):
            if source == index:
                tally.references += 1
            else:
                tally.psnrs.append(known[source, index])
