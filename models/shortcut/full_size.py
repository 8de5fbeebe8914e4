"""The Shortcut block at full size: the reference's late features are warped as they are, and then corrected."""

import torch
from torch import Tensor, nn

from models.ops.warp import resize_displacement, warp
from models.shortcut.adabd import AdaBD, OffsetMaskGenerator, split_offset_mask
from models.shortcut.alignment import GlobalOffset, halve, mean_over_taps
from models.shortcut.base import PixelPath, Prediction, Shortcut, channels_last, seen
from models.shortcut.matching import match_blocks, pyramid


class FullSizeBlock(Shortcut):
    """The full-size form of the block; see `Shortcut` for its arguments. Only offsets are estimated at half resolution.

        D = 2 up( match_blocks(a_cur, a_ref) + global offset )
        o, m, gate, blend = generator(a'_cur, warp(a'_ref, D))
        f_cur = gate * warp(f_ref, D + mean o) + R( AdaBD(f'_ref, a'_cur, D + o, m) )
        y_cur = (1 - B) * tail(f_cur) + B * warp(y_ref, k (D + mean o)),  B = up(blend)          (`PixelPath`)

    f' = relu(R_f f) and a' = relu(R_a a), as in the published form. Block matching finds most of the motion without
    learning; the global offset corrects it. R starts at 0, so the first prediction is the reference, warped.

    This form is this project's; the paper has the other one.
    """

    published = False

    def _add_layers(self) -> None:
        self.config = {"block": "full_size", **{k: v for k, v in self.config.items() if k != "image_ch"}}
        c = self.config
        self.global_offset = GlobalOffset(c["feat_ch"], c["h_dim"], c["g_layers"], outputs=2)
        self.generator = OffsetMaskGenerator(c["h_dim"], c["num_dg"], c["l_layers"])
        self.to_gate = nn.Conv2d(c["h_dim"], 1, 1)
        self.to_blend = nn.Conv2d(c["h_dim"], 1, 1)
        self.adabd = AdaBD(c["h_dim"], c["num_dg"], c["adabd_dilation"])
        self.reconstruct = nn.Conv2d(c["h_dim"], c["f_ch"], 1)

    def with_pixels(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> tuple[Prediction, PixelPath]:
        """`Prediction`, whose `aligned` is f_ref, warped; and how to blend the tail's picture with the reference's."""
        a_ref, a_cur, f_ref = seen(a_ref, self.config), seen(a_cur, self.config), channels_last(f_ref)
        coarse = self._coarse(a_ref, a_cur)
        a_small, hidden = self._compare(a_ref, a_cur, coarse)
        fine, mask = split_offset_mask(self.generator.to_offset_mask(hidden))
        f_small = self.reduce_f(f_ref).relu()
        corrections = self.reconstruct(self.adabd(f_small, a_small, fine, mask, shift=coarse))
        displacement = coarse + mean_over_taps(fine)
        aligned = warp(f_ref, displacement)
        feature = corrections + self._gate(hidden) * aligned
        return Prediction(feature, mask, aligned if self.training else None), self._pixel_path(hidden, displacement)

    def _coarse(self, a_ref: Tensor, a_cur: Tensor) -> Tensor:
        """D: [N, 2, H, W], (dx, dy) in feature pixels."""
        there, here = halve(a_ref), halve(a_cur)
        matched = self._match(here, there)
        return resize_displacement(matched + self.global_offset(here, warp(there, matched)), a_cur.shape[2:])

    def _match(self, here: Tensor, there: Tensor) -> Tensor:
        """The part of D that is not learned, [N, 2, h, w]; here, there [N, feat_ch, h, w]."""
        return match_blocks(pyramid(here), pyramid(there))

    def _compare(self, a_ref: Tensor, a_cur: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """a'_cur, and the generator's last hidden features: both [N, h_dim, H, W]."""
        # Detached as in the published form: losses through the mask must not shape the global offset.
        a_warped = warp(self.reduce_a(a_ref).relu(), coarse).detach()
        a_small = self.reduce_a(a_cur).relu()
        return a_small, self.generator.layers(torch.cat([a_small, a_warped], dim=1))

    def _gate(self, hidden: Tensor) -> Tensor:
        """[N, 1, H, W] in [0, 1], the share of the warped features that passes."""
        return self.to_gate(hidden).sigmoid()

    def _pixel_path(self, hidden: Tensor, displacement: Tensor) -> PixelPath:
        return PixelPath(displacement, self.to_blend(hidden).sigmoid())
