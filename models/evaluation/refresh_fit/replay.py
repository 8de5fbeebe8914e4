"""Runs many refresh policies over one clip at once; a prediction that several of them need is computed once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from models.evaluation.baselines import Baseline
from models.evaluation.metrics.image import Psnr, unit_pair
from models.streaming.refresh import Refresh
from models.streaming.stages import Stages


@dataclass(frozen=True)
class BaselineStages:
    """The stages of a baseline. Its reference is a frame with the teacher's output of it.

    teacher: frame [1, 3, H, W] in [-1, 1] -> its output.
    """

    teacher: Callable[[Tensor], Tensor]
    baseline: Baseline

    def head(self, frame: Tensor) -> Tensor:
        return frame

    def translate(self, frame: Tensor) -> tuple[tuple[Tensor, Tensor], Tensor]:
        y = self.teacher(frame)
        return (frame, y), y

    def predict(self, reference: tuple[Tensor, Tensor], frame: Tensor) -> Tensor:
        return self.baseline(reference[0], frame, reference[1])


@dataclass
class Tally:
    """The frames that one policy ran: the number of reference frames, and the PSNR of each skipped frame in dB."""

    references: int = 0
    psnrs: list[float] = field(default_factory=list)


@torch.no_grad()
def replay(
    stages: Stages | BaselineStages,
    frames: Iterable[Tensor],
    policies: Sequence[Refresh],
    tallies: Sequence[Tally],
    psnr_of_pairs: dict[tuple[int, int], float],
) -> None:
    """Run every policy over the frames of one clip, each [1, 3, H, W] in [-1, 1], and add to its tally.

    All policies go through the clip side by side, so memory holds only the references that one of them uses.

    Args:
        psnr_of_pairs: (reference frame, frame predicted from it) -> PSNR in this clip; missing pairs are added.
    """
    references: dict[int, Any] = {}
    sources = [0] * len(policies)  # the reference frame of each policy
    for policy in policies:
        policy.reset()
    for index, frame in enumerate(frames):
        a = stages.head(frame)
        for number, policy in enumerate(policies):
            if policy.should_refresh(a):
                policy.mark(a)
                sources[number] = index
        missing = {source for source in sources if source != index and (source, index) not in psnr_of_pairs}
        if missing or index in sources:
            references[index], target = stages.translate(a)
        for source in missing:
            psnr_of_pairs[source, index] = Psnr.measure(*unit_pair(stages.predict(references[source], a), target))
        references = {source: references[source] for source in set(sources)}
        for tally, source in zip(tallies, sources, strict=True):
            if source == index:
                tally.references += 1
            else:
                tally.psnrs.append(psnr_of_pairs[source, index])
