"""AdaBD: adaptive blending and deformation, and the generator of its offsets and mask."""

import math

import torch
from torch import Tensor, nn

from models.ops.deformable import deform_conv
from models.shortcut.hetconv import hetconv_layers


class AdaBD(nn.Module):
    """One 3 x 3 convolution. Its taps blend the current frame with the reference, which is read at displaced taps.

    out(p) = sum_k W_k . [ m_k(p) a_cur(p + d p_k) + (1 - m_k(p)) f_ref(p + d p_k + D(p) + o_k(p)) ]

    p_k: tap k of the kernel, m_k: its mask, o_k: its local offset, d: `dilation`, D: a displacement of all taps
    (`shift`), which is 0 in the paper, where f_ref is already aligned.

    Args:
        channels: of both inputs and of the output; a multiple of num_dg.
        num_dg: deformable groups; each group of channels has its own offsets and masks.
        dilation: distance between taps in pixels; the map keeps its size.

    Source: Chung et al., Shortcut-V2V (ICCV 2023), adaptive blending and deformation (AdaBD).
    """

    def __init__(self, channels: int, num_dg: int, dilation: int):
        super().__init__()
        self.num_dg, self.dilation, self.backend = num_dg, dilation, "auto"
        self.weight = nn.Parameter(torch.empty(channels, channels, 3, 3))
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # U(-s, s), s = 1/sqrt(fan in)

    def forward(
        self, f_ref: Tensor, a_cur: Tensor, offset: Tensor, mask: Tensor, shift: Tensor | None = None
    ) -> Tensor:
        """f_ref, a_cur [N, C, H, W], offset [N, 18*num_dg, H, W], mask [N, 9*num_dg, H, W] -> [N, C, H, W].

        shift: D, [N, 2, H, W] (dx, dy) in pixels; None: 0.
        """
        return self._deform(f_ref, offset, a_cur, mask, shift)

    def deformed(self, f_ref: Tensor, offset: Tensor) -> Tensor:
        """sum_k W_k . f_ref(p + d p_k + o_k(p)), the reference alone without the mask: [N, C, H, W]."""
        return self._deform(f_ref, offset)

    def _deform(
        self,
        f_ref: Tensor,
        offset: Tensor,
        a_cur: Tensor | None = None,
        mask: Tensor | None = None,
        shift: Tensor | None = None,
    ) -> Tensor:
        return deform_conv(
            f_ref,
            offset,
            self.weight,
            groups=self.num_dg,
            current=a_cur,
            mask=mask,
            dilation=self.dilation,
            shift=shift,
            backend=self.backend,
        )


class OffsetMaskGenerator(nn.Module):
    """Fine offsets and blending mask of AdaBD, from the reduced features of both frames.

    Args:
        channels: of each of the two inputs.
        num_dg: deformable groups.
        n_layers: HetConv layers.
    """

    def __init__(self, channels: int, num_dg: int, n_layers: int):
        super().__init__()
        self.num_dg = num_dg
        self.layers = hetconv_layers(2 * channels, channels, n_layers)
        self.to_offset_mask = nn.Conv2d(channels, (18 + 9) * num_dg, 1)

    def forward(self, a_cur_small: Tensor, a_warped: Tensor) -> tuple[Tensor, Tensor]:
        """a_cur_small, a_warped [N, channels, H, W] -> offset [N, 18*num_dg, H, W], mask [N, 9*num_dg, H, W].

        a_cur_small is the reduction of the current frame's early features, a_warped that of the reference's, warped.
        Offsets in pixels, order (group, tap, [dy, dx]); mask in [0, 1], order (group, tap), the current frame's weight.
        """
        return split_offset_mask(self.to_offset_mask(self.layers(torch.cat([a_cur_small, a_warped], dim=1))))


def split_offset_mask(offset_mask: Tensor) -> tuple[Tensor, Tensor]:
    """[N, 27*G, H, W] -> offsets [N, 18*G, H, W], mask in [0, 1] [N, 9*G, H, W]; the last third are mask logits."""
    offsets = offset_mask.shape[1] * 2 // 3
    return offset_mask[:, :offsets], offset_mask[:, offsets:].sigmoid()
