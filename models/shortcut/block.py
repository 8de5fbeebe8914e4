"""The Shortcut block: a late feature map of the current frame from its early one and a reference frame."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from models.ops.warp import warp
from models.shortcut.adabd import AdaBD, OffsetMaskGenerator
from models.shortcut.alignment import GlobalAlignment, last_channels, total_displacement


class Prediction(NamedTuple):
    """What a Shortcut block returns."""

    feature: Tensor  # [N, f_ch, H, W], prediction of the current frame's late features
    mask: Tensor  # [N, 9*num_dg, H, W] in [0, 1], weight of the current frame's taps
    aligned: Tensor | None  # [N, f_ch, H, W], the unmasked warped reference; None outside training


class Inside(NamedTuple):
    """What a block does to predict a frame."""

    mask: Tensor  # [N, 9*num_dg, H, W] in [0, 1], weight of the current frame's taps
    displacement: Tensor  # [N, 2, H, W], (dx, dy) in feature pixels, to where the reference is read; a mean over taps


class Shortcut(nn.Module, ABC):
    """f_cur = S(a_ref, a_cur, f_ref): what a teacher's body would compute from a_cur. Two forms derive from it.

    a are a teacher's early features (output of its head, of which a block sees the first feat_ch channels), f its late
    features (output of its body), of one spatial size. The last channels of f may be an image to which the teacher's
    tail adds.

    Args:
        feat_ch: channels of a, even.
        h_dim: channels inside the block, a multiple of 4 and of num_dg.
        num_dg: deformable groups.
        g_layers, l_layers: HetConv layers of the global and of the local offset generator.
        offset_g_size: 1: all taps share one global offset. 3: each tap has its own; only in the published form.
        offset_l_size: 3, the kernel of AdaBD.
        adabd_dilation: dilation of AdaBD.
        f_ch: channels of f; None: as many as a.
        image_ch: how many of them, the last ones, are an image that is warped; above 0 only in the published form.

    Raises:
        ValueError: arguments outside these values. The message lists them all.
    """

    published: bool  # whether the form is the paper's
    adabd: AdaBD

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
        shape = {
            **{"feat_ch": feat_ch, "h_dim": h_dim, "num_dg": num_dg, "g_layers": g_layers, "l_layers": l_layers},
            **{"offset_g_size": offset_g_size, "offset_l_size": offset_l_size, "adabd_dilation": adabd_dilation},
            **{"f_ch": feat_ch if f_ch is None else f_ch, "image_ch": image_ch},
        }
        if problems := _problems(self.published, **shape):
            raise ValueError("; ".join(problems))
        self.config: dict[str, Any] = shape  # the arguments that build the block again
        self.reduce_f = nn.Conv2d(shape["f_ch"], h_dim, 1)
        self.reduce_a = nn.Conv2d(feat_ch, h_dim, 1)

    def forward(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> Prediction:
        """a_ref, a_cur [N, feat_ch, H, W], f_ref [N, f_ch, H, W] -> `Prediction`."""
        return self.with_pixels(a_ref, a_cur, f_ref)[0]

    @abstractmethod
    def with_pixels(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> tuple[Prediction, Any]:
        """The prediction, and how to blend the tail's picture with the reference's: a `PixelPath`; None: not at all."""

    def use_backend(self, backend: str) -> None:
        """Compute the deformable convolutions by this `backend` of `models.ops.deformable.deform_conv`."""
        self.adabd.backend = backend


class ShortcutBlock(Shortcut):
    """The published form of the block; see `Shortcut` for its arguments.

        f' = relu(R_f f_ref),  a' = relu(R_a a)                       reduction to h_dim channels
        a'_ref, f'  warped by the global offset of (a_cur, a_ref)     coarse alignment, half resolution
        o, m = generator(a'_cur, a'_ref)                              local offsets and blending mask
        f_cur = R (AdaBD(f', a'_cur, o, m)) (+ warped image)          blend, deform, reconstruct

    An image among the features is warped by the mean of the offsets and then corrected; the paper has no such image.

    Source: Chung et al., Shortcut-V2V (ICCV 2023), the Shortcut block.
    """

    published = True

    def __init__(self, *args: int, **kwargs: int | None):
        super().__init__(*args, **kwargs)
        c = self.config
        self.alignment = GlobalAlignment(c["feat_ch"], c["h_dim"], c["num_dg"], c["g_layers"], c["offset_g_size"])
        self.generator = OffsetMaskGenerator(c["h_dim"], c["num_dg"], c["l_layers"])
        self.adabd = AdaBD(c["h_dim"], c["num_dg"], c["adabd_dilation"])
        self.reconstruct = nn.Conv2d(c["h_dim"], c["f_ch"], 1)

    def with_pixels(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> tuple[Prediction, None]:
        """`Prediction` and None: this form leaves the picture as the teacher's tail makes it."""
        # In this memory format convolutions are faster, and the gather of a CPU needs no transposed copies.
        a_ref, a_cur, f_ref = seen(a_ref, self.config), seen(a_cur, self.config), channels_last(f_ref)
        f_ref_small = self.reduce_f(f_ref).relu()  # [N, h_dim, H, W]
        a_ref_small, a_cur_small = self.reduce_a(a_ref).relu(), self.reduce_a(a_cur).relu()

        a_warped, f_warped, coarse = self.alignment(a_ref, a_cur, a_ref_small, f_ref_small)
        # Detached as in the paper's code: losses through the mask must not shape the global warp.
        offset, mask = self.generator(a_cur_small, a_warped.detach())

        image = last_channels(f_ref, self.config["image_ch"])
        if self.config["image_ch"]:
            image = warp(image, total_displacement(coarse, offset))
        feature = self._late(self.adabd(f_warped, a_cur_small, offset, mask), image)
        aligned = self._late(self.adabd.deformed(f_warped, offset), image) if self.training else None
        return Prediction(feature, mask, aligned), None

    def _late(self, blended: Tensor, image: Tensor) -> Tensor:
        return add_image(self.reconstruct(blended), image)

    def use_backend(self, backend: str) -> None:
        super().use_backend(backend)
        self.alignment.backend = backend


def add_image(feature: Tensor, image: Tensor) -> Tensor:
    """`image` [N, c, H, W] is added to the last channels of `feature` [N, C, H, W], in place."""
    if image.shape[1]:
        last_channels(feature, image.shape[1]).add_(image)
    return feature


def channels_last(x: Tensor) -> Tensor:
    """x [N, C, H, W], the channels of a pixel side by side in memory."""
    return x.contiguous(memory_format=torch.channels_last)


def seen(a: Tensor, config: Mapping[str, Any]) -> Tensor:
    """The channels of early features a that a block of this shape sees: the first feat_ch."""
    return channels_last(a[:, : config["feat_ch"]])


def _problems(published: bool, **shape: int) -> list[str]:
    """What is wrong with a block's arguments, one sentence for each problem."""
    counts = ("num_dg", "g_layers", "l_layers", "adabd_dilation")
    problems = [f"{name} must be at least 1, got {shape[name]}" for name in counts if shape[name] < 1]
    feat_ch, h_dim, num_dg, f_ch, image_ch = (shape[k] for k in ("feat_ch", "h_dim", "num_dg", "f_ch", "image_ch"))
    if feat_ch < 2 or feat_ch % 2:
        problems.append(f"feat_ch must be even, got {feat_ch}")
    if h_dim < 4 or h_dim % 4 or h_dim % max(num_dg, 1):
        problems.append(f"h_dim must be a multiple of 4 and of num_dg ({num_dg}), got {h_dim}")
    if shape["offset_g_size"] not in ((1, 3) if published else (1,)):
        allowed = "1 (one offset for all taps)" + (" or 3 (one each)" if published else "")
        problems.append(f"offset_g_size must be {allowed}, got {shape['offset_g_size']}")
    if shape["offset_l_size"] != 3:
        problems.append(f"offset_l_size must be 3, the kernel size of AdaBD, got {shape['offset_l_size']}")
    if published and not 0 <= image_ch < f_ch:
        problems.append(f"image_ch must be 0 or more and less than f_ch ({f_ch}), got {image_ch}")
    if not published and image_ch:
        problems.append(f"image_ch must be 0 for the full-size form, which warps all channels alike, got {image_ch}")
    return problems
