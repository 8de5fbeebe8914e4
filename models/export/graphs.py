"""The stages of a translation as modules that can be exported: stateless, tensors in, tensors out.

reference frame:  head x -> a,  body a -> f,  tail f, a -> y        a, f, y are kept as a_ref, f_ref, y_ref
skipped frame:    head x -> a,  block a_ref, a, f_ref -> f,  tail f, a -> y       or in one: skipped_frame
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.shortcut.base import PixelPath, Shortcut
from models.shortcut.matching import hold
from models.teachers.base import LateLayers, Teacher


class Graph(NamedTuple):
    """A module whose arguments and results have names; each is a tensor."""

    module: nn.Module
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Held(nn.Module):
    """A block with `matching.hold` behind it: a_ref, a, f_ref -> f, and the parts of a `PixelPath` if there is one.

    Args:
        threshold: of `matching.hold`; 0: it is not applied.
    """

    def __init__(self, block: Shortcut, threshold: float):
        super().__init__()
        self.block, self.threshold = block, threshold

    def forward(self, a_ref: Tensor, a: Tensor, f_ref: Tensor) -> tuple[Tensor, ...]:
        prediction, pixels = self.block.with_pixels(a_ref, a, f_ref)
        f = hold(prediction.feature, f_ref, a_ref, a, self.threshold) if self.threshold else prediction.feature
        return (f, *pixels) if pixels else (f,)


class SkippedFrame(nn.Module):
    """x, a_ref, f_ref and, where the block blends pictures, y_ref -> y in [-1, 1], a skipped frame."""

    def __init__(self, teacher: Teacher, held: Held):
        super().__init__()
        self.teacher, self.held = teacher, held

    def forward(self, x: Tensor, a_ref: Tensor, f_ref: Tensor, y_ref: Tensor | None = None) -> Tensor:
        a = self.teacher.head(x)
        f, *pixels = self.held(a_ref, a, f_ref)
        y = self.teacher.tail(f, a)
        if y_ref is not None:
            y = PixelPath(*pixels).paint(y, y_ref)
        return y.clamp(-1, 1)


def graphs_of(teacher: Teacher, block: Shortcut, threshold: float = 0.0) -> dict[str, Graph]:
    """Name -> graph of a teacher and its block, in eval mode.

    Arrays, with h and w the size of the features:
        x: [1, 3, H, W] in [-1, 1], a frame. a, a_ref: [1, a_channels, h, w]. f, f_ref: [1, f_channels, h, w].
        y, y_ref: [1, 3, scale*H, scale*W], a picture, which tail leaves unclamped: y_ref is kept as it is.
        displacement [1, 2, h, w] and blend [1, 1, h, w], see `PixelPath`.

    Args:
        threshold: of `matching.hold`; 0: it is not applied.
    """
    held = Held(block.eval(), threshold)
    paints = not block.published
    return {
        "head": Graph(teacher.head, ("x",), ("a",)),
        "body": Graph(teacher.body, ("a",), ("f",)),
        "tail": Graph(teacher.tail, ("f",) if isinstance(teacher.tail, LateLayers) else ("f", "a"), ("y",)),
        "block": Graph(held, ("a_ref", "a", "f_ref"), ("f", "displacement", "blend") if paints else ("f",)),
        "skipped_frame": Graph(
            SkippedFrame(teacher, held), ("x", "a_ref", "f_ref", *(["y_ref"] if paints else [])), ("y",)
        ),
    }


@torch.no_grad()
def example_arrays(teacher: Teacher, height: int, width: int, seed: int = 0) -> dict[str, Tensor]:
    """An array for each name in `graphs_of`: of a reference frame, and of one whose left half has moved."""
    reference = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    x = torch.cat([reference[..., : width // 2].roll((2, 3), (2, 3)), reference[..., width // 2 :]], 3)
    a_ref, a = teacher.head(reference), teacher.head(x)
    f_ref, f = teacher.body(a_ref), teacher.body(a)
    return {"x": x, "a": a, "f": f, "a_ref": a_ref, "f_ref": f_ref, "y_ref": teacher.tail(f_ref, a_ref)}
