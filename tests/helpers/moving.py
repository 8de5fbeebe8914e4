"""Blocks whose every part shows in what they predict, as if they had been trained."""

import torch
from torch import Tensor

from models.shortcut.full_size import FullSizeBlock
from models.shortcut.init import initialise

SMALL = {"feat_ch": 6, "h_dim": 8, "g_layers": 1, "l_layers": 1}


def features(n: int = 2, size: tuple[int, int] = (10, 14), channels: int = 6, late: int | None = None) -> list[Tensor]:
    """a_ref, a_cur, f_ref: noise, [n, channels, *size], f_ref with `late` channels if given."""
    g = torch.Generator().manual_seed(0)
    return [torch.randn(n, c, *size, generator=g) for c in (channels, channels, late or channels)]


@torch.no_grad()
def full_size(**arguments: int) -> FullSizeBlock:
    """Offsets of a few pixels; masks, gates and blends all over (0, 1); corrections as large as the features."""
    torch.manual_seed(0)
    block = initialise(FullSizeBlock(**{**SMALL, **arguments}), gain=1.0)
    for layer in (block.global_offset.to_offset, block.generator.to_offset_mask, block.to_gate, block.to_blend):
        layer.weight.normal_()
    block.reconstruct.weight.normal_()
    return block
