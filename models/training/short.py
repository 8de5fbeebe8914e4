"""A distillation in few steps: a full-size block that starts from the moved reference, its objective and schedule."""

from collections.abc import Iterable, Iterator, Mapping

import torch
from tqdm import tqdm

from models.shortcut import BLOCKS, Shortcut
from models.shortcut.init import initialise
from models.teachers.base import Teacher
from models.training.distiller import Distiller, LossWeights
from models.training.trainer import lr_factor
from util import runtime

# As the training scripts have it where there is no published teacher: L1 and L2 terms alone, no further network.
WEIGHTS = LossWeights(feature=2, align=2, output=50, squared=600, adversarial=0, temporal=0, perceptual=0)


def new_block(teacher: Teacher, h_dim: int) -> Shortcut:
    """An untrained full-size block for the teacher; it first shows the reference, moved.

    Raises:
        ValueError: see `Shortcut`.
    """
    block = BLOCKS["full_size"](teacher.a_channels, h_dim, f_ch=teacher.f_channels)
    return initialise(block, mask_initial=-1, gain=1)


def train(
    teacher: Teacher,
    block: Shortcut,
    batches: Iterable[Mapping],
    steps: int,
    lr: float,
    device: torch.device,
    progress: bool = False,
) -> Iterator[float]:
    """Train the block, in place; yield the loss of each step.

    Args:
        batches: "reference" and "current" [N, 3, H, W] in [-1, 1], `steps` of them.
        lr: learning rate, which falls linearly over the last third of the steps.
        progress: show a bar with the loss.

    Raises:
        FloatingPointError: a loss is not finite.
    """
    trainer = Distiller(teacher, block, WEIGHTS, lr=lr)
    trainer.amp, falling = runtime.precision("auto", device), steps // 3
    with tqdm(total=steps, unit="step", disable=not progress) as bar:
        for step, batch in enumerate(batches, start=1):
            trainer.set_lr(lr_factor(step, steps - falling, falling))
            loss = trainer.step(batch["reference"].to(device), batch["current"].to(device))["total"]
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            bar.update()
            yield loss
