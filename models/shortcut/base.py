"""What both forms of the Shortcut block have in common, in training and on video."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from models.ops.warp import paint
from models.shortcut.adabd import AdaBD, OffsetMaskGenerator
from models.shortcut.hetconv import FoldedLayers, copy_conv


class Prediction(NamedTuple):
    """What a Shortcut block returns."""

    feature: Tensor  # [N, f_ch, H, W], prediction of the current frame's late features
    mask: Tensor  # [N, 9*num_dg, H, W] in [0, 1], weight of the current frame's taps
    aligned: Tensor | None  # [N, f_ch, H, W], the unmasked warped reference; None outside training


class Inside(NamedTuple):
    """What a block does to predict a frame."""

    mask: Tensor  # [N, 9*num_dg, H, W] in [0, 1], weight of the current frame's taps
    displacement: Tensor  # [N, 2, H, W], (dx, dy) in feature pixels, to where the reference is read; a mean over taps


class PixelPath(NamedTuple):
    """How a predicted picture is blended with the reference's picture, warped."""

    displacement: Tensor  # [N, 2, h, w], (dx, dy) in feature pixels, to where the reference is read
    blend: Tensor  # [N, 1, h, w] in [0, 1], weight of the warped picture

    def paint(self, y: Tensor, y_ref: Tensor, backend: str = "auto") -> Tensor:
        """y_hat = (1 - B) y + B warp(y_ref, k displacement), B = up(blend), k output pixels per feature pixel.

        y, y_ref: [N, 3, H, W], the tail's picture of the predicted features and the teacher's of the reference frame.
        """
        return paint(y, y_ref, self.displacement, self.blend, backend)


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
    generator: OffsetMaskGenerator
    adabd: AdaBD
    reconstruct: nn.Conv2d

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
        self._add_layers()

    def forward(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> Prediction:
        """a_ref, a_cur [N, feat_ch, H, W], f_ref [N, f_ch, H, W] -> `Prediction`."""
        return self.with_pixels(a_ref, a_cur, f_ref)[0]

    @abstractmethod
    def _add_layers(self) -> None:
        """Make the form's own layers, of the shape in `config`."""

    @abstractmethod
    def with_pixels(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> tuple[Prediction, PixelPath | None]:
        """The prediction, and how to blend the tail's picture with the reference's; None: not at all."""

    def use_backend(self, backend: str) -> None:
        """Compute the deformable convolutions by this `backend` of `models.ops.deformable.deform_conv`."""
        self.adabd.backend = backend


class ShortcutInference(nn.Module, ABC):
    """A block as it runs on video, in two steps: `prepare` a reference frame, then call for each frame after it.

    A reference is a named tuple of tensors, of a type of the form's own.

    Args:
        block: the trained block, which does not change.
        backend: of its deformable convolutions and warps, see `models.ops.deformable.deform_conv`.
        threshold: of `matching.hold`, which is applied to every prediction; 0: it is not applied.
    """

    needs_picture: bool  # whether `prepare` needs the picture of a reference frame
    local_weight: Tensor

    def __init__(self, block: Shortcut, backend: str, threshold: float):
        super().__init__()
        self.config, self.backend, self.threshold = dict(block.config), backend, threshold
        self.reduce_f, self.reduce_a = copy_conv(block.reduce_f), copy_conv(block.reduce_a)
        self.local_layers = FoldedLayers(block.generator.layers)
        self.register_buffer("local_weight", block.adabd.weight.detach().clone())
        self.reconstruct = copy_conv(block.reconstruct)

    @abstractmethod
    def prepare(self, a_ref: Tensor, f_ref: Tensor, y_ref: Tensor | None = None) -> Any:
        """a_ref [N, feat_ch, H, W], f_ref [N, f_ch, H, W] and the picture y_ref [N, 3, ...] -> the reference."""

    @abstractmethod
    def with_pixels(self, reference: Any, a_cur: Tensor) -> tuple[Prediction, PixelPath | None]:
        """As `Shortcut.with_pixels` in eval mode, with `aligned` None. a_cur [N, feat_ch, H, W]."""

    @abstractmethod
    def explain(self, reference: Any, a_cur: Tensor) -> Inside:
        """What the block does to predict the frame. a_cur [N, feat_ch, H, W]."""

    @torch.no_grad()
    def forward(self, reference: Any, a_cur: Tensor) -> Prediction:
        """a_cur [N, feat_ch, H, W] -> `Prediction` with `aligned` None."""
        return self.with_pixels(reference, a_cur)[0]


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
