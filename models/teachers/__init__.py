"""The networks that can be compressed: a new teacher is one builder and one line in TEACHERS.

A builder takes the published weights and the layer range the Shortcut replaces (None: the network's own default)
and returns the frozen, cut network.
"""

from collections.abc import Callable, Mapping

from torch import Tensor

from models.teachers import recycle_gan
from models.teachers.base import Teacher


def build_recycle_gan(weights: Mapping[str, Tensor], start: int | None = None, end: int | None = None) -> Teacher:
    """Unsupervised RecycleGAN's ResNet generator, cut at layers [start, end)."""
    return recycle_gan.from_published(weights).cut(start, end)


TEACHERS: dict[str, Callable[..., Teacher]] = {"recycle_gan": build_recycle_gan}
