"""Unsupervised RecycleGAN's ResNet generator: its flags, and how they become a teacher."""

from collections.abc import Mapping

from torch import Tensor

from models.teachers.base import Flag, Teacher, TeacherFamily
from models.teachers.recycle_gan.generator import STRIDE, from_published


def build(weights: Mapping[str, Tensor], skip_idx_start: int | None = None, skip_idx_end: int | None = None) -> Teacher:
    """The generator of a published file; a Shortcut replaces its layers [skip_idx_start, skip_idx_end).

    None: the generator's own default.

    Raises:
        ValueError: weights of another network, or layers that no Shortcut can replace (`ResnetGenerator.cut`).
    """
    return from_published(weights).cut(skip_idx_start, skip_idx_end)


def problems(values: Mapping[str, object]) -> list[str]:
    """What is wrong with the flags together."""
    start, end = values["skip_idx_start"], values["skip_idx_end"]
    if end is not None and end <= start:
        return [f"--skip_idx_end must be above --skip_idx_start {start}, got {end}"]
    return []


END = "first layer behind those; not given: behind the first transposed convolution (6 blocks 17, 9 blocks 20)"
FAMILY = TeacherFamily(
    build=build,
    flags=(
        Flag("skip_idx_start", int, 5, "first teacher layer that the Shortcut replaces", low=1),
        Flag("skip_idx_end", int, None, END, low=2),
    ),
    problems=problems,
    size_multiple=STRIDE,
)
