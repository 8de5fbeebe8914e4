"""The networks that can be compressed: a new teacher is one builder and one line in TEACHERS.

A builder takes the published weights and what else the family needs, where it is cut among that, and returns the
frozen, cut network.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from models.teachers.base import Teacher
from models.teachers.recycle_gan import generator as recycle_gan
from models.teachers.vtoonify import cut, network


def build_recycle_gan(weights: Mapping[str, Tensor], start: int | None = None, end: int | None = None) -> Teacher:
    """Unsupervised RecycleGAN's ResNet generator, cut at layers [start, end); None: its own default."""
    return recycle_gan.from_published(weights).cut(start, end)


@torch.no_grad()
def build_vtoonify(
    weights: Mapping[str, object],
    style: Tensor,
    degree: float = 0.5,
    split: str = "B",
    parser: nn.Module | None = None,
) -> Teacher:
    """VToonify, either backbone, for one `style` [18, width] in W+; see `VToonify.styled` and `cut`."""
    return cut.cut(network.from_published(weights).styled(style, degree), split, parser)


TEACHERS: dict[str, Callable[..., Teacher]] = {"recycle_gan": build_recycle_gan, "vtoonify": build_vtoonify}
