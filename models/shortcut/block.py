"""The Shortcut block: a late feature map of the current frame from its early one and a reference frame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from models.ops.warp import moved
from models.shortcut.adabd import AdaBD, OffsetMaskGenerator
from models.shortcut.alignment import GlobalAlignment
from models.shortcut.displacement import displacement, last_channels, with_image

if TYPE_CHECKING:
    from models.shortcut.inference import InferenceBlock


class Prediction(NamedTuple):
    """What a Shortcut block returns."""

    feature: Tensor  # [N, f_ch, H, W], prediction of the current frame's late features
    mask: Tensor  # [N, 9*num_dg, H, W] in [0, 1], weight of the current frame's taps
    aligned: Tensor | None  # [N, f_ch, H, W], the unmasked warped reference; None outside training


class ShortcutBlock(nn.Module):
    """S(a_ref, a_cur, f_ref) -> f_cur, what a teacher's body would have computed from a_cur.

    a are the teacher's early features (output of its head), f the late ones (output of its body), of one size. The last
    channels of f may be an image that the teacher's tail goes on painting. It is predicted as the reference's, moved as
    the features are on average, and corrected by what is reconstructed for it.

        f' = relu(R_f f_ref),  a' = relu(R_a a)                       reduction to h_dim channels
        a'_ref, f'  warped by the global offset of (a_cur, a_ref)     coarse alignment, half resolution
        o, m = generator(a'_cur, a'_ref)                              local offsets and blending mask
        f_cur = R (AdaBD(f', a'_cur, o, m)) (+ moved image)           blend, deform, reconstruct

    Args:
        feat_ch: channels of a, even.
        h_dim: channels inside the block, a multiple of 4 and of num_dg.
        num_dg: deformable groups.
        g_layers, l_layers: HetConv layers of the global and of the local offset generator.
        offset_g_size: 1 or 3: global offsets shared by all taps or one for each.
        offset_l_size: 3, the kernel of AdaBD.
        adabd_dilation: dilation of AdaBD.
        f_ch: channels of f; None: as many as a.
        image_ch: how many of them, the last ones, are an image that is moved.

    Raises:
        ValueError: arguments outside these values; the message lists them all.

    Source: Shortcut-V2V (ICCV 2023).
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
        image_ch: int = 0,
    ):
        super().__init__()
        f_ch = feat_ch if f_ch is None else f_ch
        shape = {
            **{"feat_ch": feat_ch, "h_dim": h_dim, "num_dg": num_dg, "g_layers": g_layers, "l_layers": l_layers},
            **{"offset_g_size": offset_g_size, "offset_l_size": offset_l_size, "adabd_dilation": adabd_dilation},
        }
        problems = block_problems(**shape)
        if not 0 <= image_ch < f_ch:
            problems.append(f"image_ch must be 0 or more and less than f_ch ({f_ch}), got {image_ch}")
        if problems:
            raise ValueError("; ".join(problems))
        self.config = {**shape, "f_ch": f_ch, "image_ch": image_ch}
        self.reduce_f = nn.Conv2d(f_ch, h_dim, 1)
        self.reduce_a = nn.Conv2d(feat_ch, h_dim, 1)
        self.alignment = GlobalAlignment(feat_ch, h_dim, num_dg, g_layers, offset_g_size)
        self.generator = OffsetMaskGenerator(h_dim, num_dg, l_layers)
        self.adabd = AdaBD(h_dim, num_dg, adabd_dilation)
        self.reconstruct = nn.Conv2d(h_dim, f_ch, 1)

    def forward(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> Prediction:
        """a_ref, a_cur [N, feat_ch, H, W], f_ref [N, f_ch, H, W] -> `Prediction`."""
        # In this memory format convolutions are faster, and the gather of a CPU needs no transposed copies.
        a_ref, a_cur, f_ref = (x.contiguous(memory_format=torch.channels_last) for x in (a_ref, a_cur, f_ref))
        f_ref_small = self.reduce_f(f_ref).relu()  # [N, h_dim, H, W]
        a_ref_small, a_cur_small = self.reduce_a(a_ref).relu(), self.reduce_a(a_cur).relu()

        a_warped, f_warped, coarse = self.alignment(a_ref, a_cur, a_ref_small, f_ref_small)
        # Detached as in the paper's code: losses through the mask must not shape the global warp.
        offset, mask = self.generator(a_cur_small, a_warped.detach())

        image = last_channels(f_ref, self.config["image_ch"])
        if self.config["image_ch"]:
            image = moved(image, displacement(coarse, offset))
        feature = self._late(self.adabd(f_warped, a_cur_small, offset, mask), image)
        aligned = self._late(self.adabd.deformed(f_warped, offset), image) if self.training else None
        return Prediction(feature, mask, aligned)

    def with_pixels(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> tuple[Prediction, None]:
        """The same; this form leaves the picture as the teacher's tail makes it."""
        return self(a_ref, a_cur, f_ref), None

    def _late(self, blended: Tensor, image: Tensor) -> Tensor:
        return with_image(self.reconstruct(blended), image)

    def use_backend(self, backend: str) -> None:
        """Compute both deformable convolutions by this `backend` of `models.ops.deformable.deform_conv`."""
        self.alignment.backend = self.adabd.backend = backend

    def for_inference(self, backend: str = "auto", hold: float = 0.0) -> "InferenceBlock":
        """The same function as in eval mode, to 1e-4 of its scale, made for video; this block stays as it is.

        With a threshold `hold` it shows the reference's own features where nothing moves (`models.shortcut.hold`).
        """
        from models.shortcut.inference import InferenceBlock  # which imports this file

        return InferenceBlock(self, backend, hold)


def block_problems(
    feat_ch: int,
    h_dim: int,
    num_dg: int,
    g_layers: int,
    l_layers: int,
    offset_g_size: int,
    offset_l_size: int,
    adabd_dilation: int,
    offset_g_sizes: Sequence[int] = (1, 3),
) -> list[str]:
    """What is wrong with a block's arguments, a line each."""
    counts = {"num_dg": num_dg, "g_layers": g_layers, "l_layers": l_layers, "adabd_dilation": adabd_dilation}
    problems = [f"{name} must be at least 1, got {value}" for name, value in counts.items() if value < 1]
    if feat_ch < 2 or feat_ch % 2:
        problems.append(f"feat_ch must be even, got {feat_ch}")
    if h_dim < 4 or h_dim % 4 or h_dim % max(num_dg, 1):
        problems.append(f"h_dim must be a multiple of 4 and of num_dg ({num_dg}), got {h_dim}")
    if offset_g_size not in offset_g_sizes:
        meaning = {1: "1 (one offset for all taps)", 3: "3 (one each)"}
        allowed = " or ".join(meaning[size] for size in offset_g_sizes)
        problems.append(f"offset_g_size must be {allowed}, got {offset_g_size}")
    if offset_l_size != 3:
        problems.append(f"offset_l_size must be 3, the kernel size of AdaBD, got {offset_l_size}")
    return problems
