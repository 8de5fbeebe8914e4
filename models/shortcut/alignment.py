"""Coarse alignment: reference features warped onto the current frame, at half resolution; and displacements."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.ops.deformable import deform_conv
from models.ops.warp import resize_displacement
from models.shortcut.hetconv import hetconv_layers


class GlobalOffset(nn.Module):
    """A coarse offset between two frames, estimated from their early features at half resolution.

    Args:
        feat_ch: channels of the early features a.
        channels: channels inside.
        n_layers: HetConv layers.
        outputs: channels of the offset.
    """

    def __init__(self, feat_ch: int, channels: int, n_layers: int, outputs: int):
        super().__init__()
        self.layers = hetconv_layers(2 * feat_ch, channels, n_layers)
        self.to_offset = nn.Conv2d(channels, outputs, 1)

    def forward(self, a_cur: Tensor, a_ref: Tensor) -> Tensor:
        """a_cur, a_ref [N, feat_ch, h, w] -> [N, outputs, h, w] in pixels of that size."""
        return self.to_offset(self.layers(torch.cat([a_cur, a_ref], dim=1)))


class GlobalAlignment(GlobalOffset):
    """Warps the reduced reference features by a coarse offset that is estimated from both frames' early features.

        o_g = G_g(down(a_cur), down(a_ref))
        a'_warped = up(DeformConv(down(a'_ref), o_g)),  f'_warped = up(DeformConv(down(f'_ref), o_g))

    G_g is the offset generator; both deformable convolutions share one kernel.

    Args:
        feat_ch: channels of the early features a.
        channels: channels of the reduced features that are warped.
        num_dg: deformable groups; each group of channels has its own offset.
        n_layers: HetConv layers of the offset generator.
        offset_size: 1: one displacement per pixel moves all nine taps alike. 3: each tap has its own.

    Source: Chung et al., Shortcut-V2V (ICCV 2023), the global half of the coarse-to-fine alignment.
    """

    def __init__(self, feat_ch: int, channels: int, num_dg: int, n_layers: int, offset_size: int):
        super().__init__(feat_ch, channels, n_layers, outputs=2 * offset_size**2 * num_dg)
        self.num_dg, self.backend = num_dg, "auto"
        self.weight = nn.Parameter(torch.empty(channels, channels, 3, 3))
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # U(-s, s), s = 1/sqrt(fan in)

    def forward(
        self, a_ref: Tensor, a_cur: Tensor, a_ref_small: Tensor, f_ref_small: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """a_ref, a_cur [N, feat_ch, H, W] and two reductions [N, channels, H, W] -> both warped, and the offset.

        a_ref_small is the reduction of a_ref, f_ref_small that of the reference's late features. The offset is
        [N, 2*offset_size^2*num_dg, H/2, W/2], in pixels of half the resolution.
        """
        size = a_ref.shape[2:]
        offset = super().forward(halve(a_cur), halve(a_ref))
        maps = torch.cat([halve(a_ref_small), halve(f_ref_small)])  # one kernel for both, so stacked on the batch
        warped = deform_conv(maps, offset.repeat(2, 1, 1, 1), self.weight, groups=self.num_dg, backend=self.backend)
        a_warped, f_warped = F.interpolate(warped, size=size, mode="bilinear").chunk(2)
        return a_warped, f_warped, offset


def halve(x: Tensor) -> Tensor:
    """[N, C, H, W] -> [N, C, ceil(H/2), ceil(W/2)], bilinear; for even sizes the mean of each 2 x 2 block."""
    height, width = x.shape[2:]
    return F.interpolate(x, size=((height + 1) // 2, (width + 1) // 2), mode="bilinear")


def total_displacement(coarse: Tensor, fine: Tensor) -> Tensor:
    """up(mean o_g) + mean o, means over taps and groups: [N, 2, H, W], (dx, dy) in feature pixels.

    Args:
        coarse: o_g, [N, 2*taps, h, w] in pixels of its own, lower resolution, order (tap, [dy, dx]).
        fine: o, [N, 2*taps, H, W] in feature pixels.
    """
    return resize_displacement(mean_over_taps(coarse), fine.shape[2:]) + mean_over_taps(fine)


def mean_over_taps(offset: Tensor) -> Tensor:
    """[N, 2*taps, H, W], order (tap, [dy, dx]) -> [N, 2, H, W], (dx, dy)."""
    return offset.unflatten(1, (-1, 2)).mean(1).flip(1)


def last_channels(x: Tensor, count: int) -> Tensor:
    """[N, C, H, W] -> [N, count, H, W]; `count` may be 0."""
    return x[:, x.shape[1] - count :]
