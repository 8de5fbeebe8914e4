"""The Shortcut block at full size: the reference's late features are moved as they are, and then corrected."""

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from models.ops.positions import resized
from models.ops.warp import moved, paint
from models.shortcut.adabd import AdaBD, OffsetMaskGenerator, split_offset_mask
from models.shortcut.alignment import GlobalOffset, halve
from models.shortcut.block import Prediction, block_problems
from models.shortcut.displacement import mean_over_taps
from models.shortcut.matching import matched, pyramid

if TYPE_CHECKING:
    from models.shortcut.full_size_inference import FullSizeInference


class PixelPath(NamedTuple):
    """How a predicted picture is blended with the reference's picture, moved."""

    displacement: Tensor  # [N, 2, h, w], (dx, dy) in feature pixels, to where the reference is read
    blend: Tensor  # [N, 1, h, w] in [0, 1], weight of the moved picture

    def paint(self, y: Tensor, y_ref: Tensor, backend: str = "auto") -> Tensor:
        """y_hat = (1 - B) y + B moved(y_ref, k displacement), B = up(blend), k output pixels per feature pixel.

        y, y_ref: [N, 3, H, W], the tail's picture of the predicted features and the teacher's of the reference frame.
        """
        return paint(y, y_ref, self.displacement, self.blend, backend)


class FullSizeBlock(nn.Module):
    """S(a_ref, a_cur, f_ref) -> f_cur, as `ShortcutBlock`; only offsets are estimated at half resolution.

        D = 2 up( matched(a_cur, a_ref) + global offset );  a'_ref moved by D
        o, m, gate, blend = generator(a'_cur, a'_ref moved)
        f_cur = gate * moved(f_ref, D + mean o) + R( AdaBD(f'_ref, a'_cur, D + o, m) )
        y_cur = (1 - B) * tail(f_cur) + B * moved(y_ref, k (D + mean o)),  B = up(blend)          (`PixelPath`)

    f' = relu(R_f f), a' = relu(R_a a) as there. Block matching finds most of the motion without having to learn it, the
    global offset corrects it, and R starts at 0: the first prediction is the reference, moved.

    Args:
        feat_ch: channels of a, even.
        h_dim: channels inside the block, a multiple of 4 and of num_dg.
        num_dg: deformable groups of AdaBD.
        g_layers, l_layers: HetConv layers of the global and of the local offset generator.
        offset_g_size: 1: a displacement moves all taps alike.
        offset_l_size: 3, the kernel of AdaBD.
        adabd_dilation: dilation of AdaBD.
        f_ch: channels of f; None: as many as a.

    Raises:
        ValueError: arguments outside these values; the message lists them all.
    """

    def __init__(
        self,
        feat_ch: int,
        h_dim: int,
        num_dg: int = 1,
        g_layers: int = 2,
        l_layers: int = 3,
        offset_g_size: int = 1,
        offset_l_size: int = 3,
        adabd_dilation: int = 1,
        f_ch: int | None = None,
    ):
        super().__init__()
        f_ch = feat_ch if f_ch is None else f_ch
        shape = {
            **{"feat_ch": feat_ch, "h_dim": h_dim, "num_dg": num_dg, "g_layers": g_layers, "l_layers": l_layers},
            **{"offset_g_size": offset_g_size, "offset_l_size": offset_l_size, "adabd_dilation": adabd_dilation},
        }
        if problems := block_problems(**shape, offset_g_sizes=(1,)):
            raise ValueError("; ".join(problems))
        self.config = {"block": "full_size", **shape, "f_ch": f_ch}
        self.reduce_f = nn.Conv2d(f_ch, h_dim, 1)
        self.reduce_a = nn.Conv2d(feat_ch, h_dim, 1)
        self.global_offset = GlobalOffset(feat_ch, h_dim, g_layers, outputs=2)
        self.generator = OffsetMaskGenerator(h_dim, num_dg, l_layers)
        self.to_gate = nn.Conv2d(h_dim, 1, 1)
        self.to_blend = nn.Conv2d(h_dim, 1, 1)
        self.adabd = AdaBD(h_dim, num_dg, adabd_dilation)
        self.reconstruct = nn.Conv2d(h_dim, f_ch, 1)

    def forward(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> Prediction:
        """a_ref, a_cur [N, feat_ch, H, W], f_ref [N, f_ch, H, W] -> `Prediction`; `aligned` is f_ref, moved."""
        return self.with_pixels(a_ref, a_cur, f_ref)[0]

    def with_pixels(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> tuple[Prediction, PixelPath]:
        """The same, and how the picture that the teacher's tail makes of it is to be painted over."""
        a_ref, a_cur, f_ref = (x.contiguous(memory_format=torch.channels_last) for x in (a_ref, a_cur, f_ref))
        coarse = self._coarse(a_ref, a_cur)
        a_small, hidden = self._compared(a_ref, a_cur, coarse)
        fine, mask = split_offset_mask(self.generator.to_offset_mask(hidden))
        f_small = self.reduce_f(f_ref).relu()
        corrections = self.reconstruct(self.adabd(f_small, a_small, fine, mask, shift=coarse))
        displacement = coarse + mean_over_taps(fine)
        aligned = moved(f_ref, displacement)
        feature = corrections + self._gate(hidden) * aligned
        return Prediction(feature, mask, aligned if self.training else None), self._pixels(hidden, displacement)

    def _coarse(self, a_ref: Tensor, a_cur: Tensor) -> Tensor:
        """D: [N, 2, H, W], (dx, dy) in feature pixels."""
        there, here = halve(a_ref), halve(a_cur)
        found = self._found(here, there)
        return resized(found + self.global_offset(here, moved(there, found)), a_cur.shape[2:])

    def _found(self, here: Tensor, there: Tensor) -> Tensor:
        """The first guess of D, [N, 2, h, w], of which nothing is learned; here, there [N, feat_ch, h, w]."""
        return matched(pyramid(here), pyramid(there))

    def _compared(self, a_ref: Tensor, a_cur: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor]:
        """a'_cur, and what the generator makes of it beside the moved reference: both [N, h_dim, H, W]."""
        # Detached as in the published form: losses through the mask must not shape the global offset.
        a_warped = moved(self.reduce_a(a_ref).relu(), coarse).detach()
        a_small = self.reduce_a(a_cur).relu()
        return a_small, self.generator.layers(torch.cat([a_small, a_warped], dim=1))

    def _gate(self, hidden: Tensor) -> Tensor:
        """[N, 1, H, W] in [0, 1], how much of the moved features passes."""
        return self.to_gate(hidden).sigmoid()

    def _pixels(self, hidden: Tensor, displacement: Tensor) -> PixelPath:
        return PixelPath(displacement, self.to_blend(hidden).sigmoid())

    def use_backend(self, backend: str) -> None:
        """Compute AdaBD by this `backend` of `models.ops.deformable.deform_conv`."""
        self.adabd.backend = backend

    def for_inference(self, backend: str = "auto", hold: float = 0.0) -> "FullSizeInference":
        """The same function as in eval mode, to 1e-4 of its scale, made for video; this block stays as it is.

        With a threshold `hold` it shows the reference's own features where nothing moves (`models.shortcut.hold`).
        """
        from models.shortcut.full_size_inference import FullSizeInference  # which imports this file

        return FullSizeInference(self, backend, hold)
