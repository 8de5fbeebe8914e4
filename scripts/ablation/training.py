"""One training of the ablation, on features that are computed once."""

import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor

from models.shortcut import Shortcut
from models.teachers.base import Teacher
from models.training.distiller import Distiller, LossWeights
from models.training.schedule import lr_factor
from scripts.ablation.features import Features
from scripts.ablation.pairs import batches, epochs
from scripts.ablation.rows import Recipe
from scripts.ablation.variants import show_frames

WEIGHTS = LossWeights(feature=2, align=2, output=50, squared=600, adversarial=0, temporal=0, perceptual=0)
LR, PAIRS = 3e-3, 2  # learning rate; pairs of a step
DECAY = 55 / 180  # share of the epochs in which the learning rate falls, as in the training scripts' short runs
TOLD_EVERY = 100  # steps


class CachedDistiller(Distiller):
    """A `Distiller` whose steps take keys of `features`, int64 [N], instead of frames.

    Args:
        align: distance between the moved map and the current frame's.
    """

    def __init__(
        self, teacher: Teacher, block: Shortcut, features: Features, align: Callable[[Tensor, Tensor], Tensor]
    ):
        super().__init__(teacher, block, WEIGHTS, lr=LR)
        self.features, self.align = features, align

    def _run_teacher(self, reference: Tensor, current: Tensor) -> tuple[Tensor, ...]:
        keys = reference.tolist(), current.tolist()
        show_frames(self.networks["ShortcutV2V"], self.features, *keys)
        there, here = map(self.features.taught, keys)
        return there.a, here.a, there.f, here.f, there.y, here.y

    def _terms(self, f_hat: Tensor, aligned: Tensor, f: Tensor, *pictures: Tensor) -> dict[str, Tensor]:
        terms = super()._terms(f_hat, aligned, f, *pictures)
        return {**terms, "align": self.weights.align * self.align(aligned, f)}


def trained(recipe: Recipe, teacher: Teacher, features: Features, steps: int, seed: int) -> Shortcut:
    """A block that was trained for so many steps; its first weights and its pairs follow from `seed`."""
    torch.manual_seed(seed)
    distiller = CachedDistiller(teacher, block := recipe.new_block(teacher), features, recipe.align)
    last = epochs(len(features.lengths), PAIRS, steps)
    falling = round(DECAY * last)
    start, total = time.monotonic(), 0.0
    for step, batch in enumerate(batches(features, PAIRS, steps, seed), 1):
        distiller.set_lr(lr_factor(batch.epoch, last - falling, falling))
        total += distiller.step(torch.tensor(batch.reference), torch.tensor(batch.current))["total"]
        if step % TOLD_EVERY == 0 or step == steps:
            speed = (time.monotonic() - start) / step
            recent = total / ((step - 1) % TOLD_EVERY + 1)
            print(f"  step {step}/{steps}: loss {recent:.3f}, {speed:.3f} s/step", file=sys.stderr, flush=True)
            total = 0.0
    return block.eval()
