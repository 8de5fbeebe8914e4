"""Train an Unsupervised RecycleGAN teacher from unpaired frames."""

from pathlib import Path

import torch
from torch import Tensor

from models.teachers.recycle_gan import ResnetGenerator, from_published
from models.training.init import init_normal
from models.training.task import Task
from models.training.unsup import UnsupTrainer
from models.training.widen import widened
from util import checkpoint, image


class RecycleGanTask(Task):
    """Trains two generators, G_A (domain A -> B) and G_B (B -> A), from frames of both domains. Validates nothing."""

    input_names = ("A", "B")
    trainer: UnsupTrainer

    @torch.no_grad()
    def preview(self, a: Tensor, b: Tensor) -> Tensor:
        """Columns: a frame of A, its translation, a frame of B, its translation."""
        return image.grid(a, self.trainer.networks["G_A"](a), b, self.trainer.networks["G_B"](b))

    def export(self) -> dict[str, dict]:
        return {name: network.state_dict() for name, network in self.trainer.networks.items()}


def new_generator(ngf: int, blocks: int, weights: str | None) -> ResnetGenerator:
    """A generator with new weights, or with those of the file `weights`, widened to `ngf`.

    Raises:
        ValueError: the file's generator has another number of blocks, or `ngf` is no multiple of its width.
    """
    if weights is None:
        return init_normal(ResnetGenerator(ngf, blocks))
    generator = from_published(checkpoint.load(Path(weights)))
    if generator.n_blocks != blocks:
        raise ValueError(f"{weights}: a generator of {generator.n_blocks} blocks, asked for one of {blocks}")
    return widened(generator, ngf)
