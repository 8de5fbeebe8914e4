"""Forms of the full-size block that one of its ideas is taken from, or another put in place of it."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.ops.warp import resize_displacement, warp
from models.shortcut.alignment import halve
from models.shortcut.base import PixelPath
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.matching import match_blocks, pyramid
from scripts.ablation.features import Features


class WithoutPixels(FullSizeBlock):
    """The teacher's tail makes the whole picture."""

    def _pixel_path(self, hidden: Tensor, displacement: Tensor) -> None:
        return None


class WithoutGate(WithoutPixels):
    """No moved features are added: all that the tail sees is reconstructed, as in the published block."""

    def _gate(self, hidden: Tensor) -> Tensor:
        return hidden.new_zeros(len(hidden), 1, *hidden.shape[2:])


class WithoutMatching(WithoutGate):
    """All motion is learned: nothing is known of it beforehand."""

    def _match(self, here: Tensor, there: Tensor) -> Tensor:
        return here.new_zeros(len(here), 2, *here.shape[2:])


class ReducedMatching(FullSizeBlock):
    """Block matching compares the h_dim reduced channels instead of all of a."""

    def _match(self, here: Tensor, there: Tensor) -> Tensor:
        return super()._match(self.reduce_a(here).relu(), self.reduce_a(there).relu())


class InputFlow(FullSizeBlock):
    """The optical flow of the frames takes the place of block matching.

    `flow`, [N, 2, H, W] in pixels of the frames, from the current frame to the reference, has to be set before a call.
    """

    flow: Tensor

    def _match(self, here: Tensor, there: Tensor) -> Tensor:
        factor = self.flow.shape[3] // here.shape[3]
        return F.avg_pool2d(self.flow, factor) / factor


class SeenOcclusion(FullSizeBlock):
    """The generator is told where matching forward and matching backward disagree."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.show = nn.Conv2d(1, self.config["h_dim"], 1)

    def _compare(self, a_ref: Tensor, a_cur: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        a_warped = warp(self.reduce_a(a_ref).relu(), coarse).detach() + self.show(disagreement(a_ref, a_cur, coarse))
        a_small = self.reduce_a(a_cur).relu()
        return a_small, self.generator.layers(torch.cat([a_small, a_warped], dim=1))


@torch.no_grad()
def disagreement(a_ref: Tensor, a_cur: Tensor, coarse: Tensor) -> Tensor:
    """How many pixels from its start one ends who goes to the reference by `coarse` and comes back by matching.

    a_ref, a_cur [N, feat_ch, H, W], coarse [N, 2, H, W] -> [N, 1, H, W].
    """
    back = resize_displacement(match_blocks(pyramid(halve(a_ref)), pyramid(halve(a_cur))), coarse.shape[2:])
    return (coarse + warp(back, coarse)).norm(dim=1, keepdim=True)


class GatedGroups(FullSizeBlock):
    """A gate for each of GROUPS groups of channels, and a blend for each colour."""

    GROUPS = 8

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.config["f_ch"] % self.GROUPS:
            raise ValueError(f"f_ch must be a multiple of {self.GROUPS}, got {self.config['f_ch']}")
        self.to_gate = nn.Conv2d(self.config["h_dim"], self.GROUPS, 1)
        self.to_blend = nn.Conv2d(self.config["h_dim"], 3, 1)

    def _gate(self, hidden: Tensor) -> Tensor:
        return super()._gate(hidden).repeat_interleave(self.config["f_ch"] // self.GROUPS, dim=1)

    def _pixel_path(self, hidden: Tensor, displacement: Tensor) -> "ColourPaths":
        return ColourPaths(displacement, self.to_blend(hidden).sigmoid())


class ColourPaths(NamedTuple):
    """A `PixelPath` for each colour: `blend` is [N, 3, h, w]."""

    displacement: Tensor
    blend: Tensor

    def paint(self, y: Tensor, y_ref: Tensor) -> Tensor:
        """As `PixelPath.paint`."""
        colours = zip(*(x.split(1, dim=1) for x in (self.blend, y, y_ref)), strict=True)
        return torch.cat([PixelPath(self.displacement, share).paint(*both) for share, *both in colours], dim=1)


def show_frames(block: nn.Module, features: Features, reference: list[int], current: list[int]) -> None:
    """Tell a block that looks at the frames themselves which ones come next, by their keys; others need nothing."""
    if isinstance(block, InputFlow):
        block.flow = features.flow(current, reference)
