"""The Shortcut block as it runs on video: folded weights, and all that a reference decides computed once for it."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.ops import rigid
from models.ops.deformable import deform_conv, read_convolved
from models.ops.warp import moved
from models.shortcut.adabd import split_offset_mask
from models.shortcut.alignment import halve
from models.shortcut.block import Prediction, ShortcutBlock
from models.shortcut.displacement import displacement, last_channels, with_image
from models.shortcut.hetconv import FoldedLayers
from models.shortcut.hold import hold


class Reference(NamedTuple):
    """What an `InferenceBlock` keeps of a reference frame: all that depends on nothing else."""

    moves: Tensor  # [N, h_dim, H/2, W/2], its part of the first layer of the global offset generator
    maps: Tensor  # its reduced a and f at half resolution; one offset for all taps: convolved, ready to be read
    a: Tensor  # [N, feat_ch, H, W], its early features as they are; empty for a block that does not hold
    f: Tensor  # [N, f_ch, H, W], the same of its late ones
    image: Tensor  # [N, image_ch, H, W], those channels of its f that are moved as an image


class Inside(NamedTuple):
    """What a block does to predict a frame."""

    mask: Tensor  # [N, 9*num_dg, H, W] in [0, 1], weight of the current frame's taps
    displacement: Tensor  # [N, 2, H, W], (dx, dy) in feature pixels, to where the reference is read; a mean over taps


class InferenceBlock(nn.Module):
    """`block.eval()(a_ref, a_cur, f_ref)` of a trained block in two steps: `prepare` a reference, then call for frames.

    Maps lie channels-last: on a CPU most of this is faster so.

    Args:
        block: the trained block, which stays as it is.
        backend: of both deformable convolutions and of the warp of an image, see `models.ops.deformable.deform_conv`.
        threshold: of `hold`, which then completes every prediction; 0: it does not, and this is the trained block.
    """

    paints = False  # a reference needs no picture

    def __init__(self, block: ShortcutBlock, backend: str = "auto", threshold: float = 0.0):
        super().__init__()
        self.config, self.backend, self.threshold = dict(block.config), backend, threshold
        self.reduce_f, self.reduce_a = copied(block.reduce_f), copied(block.reduce_a)
        self.global_layers = FoldedLayers(block.alignment.layers)
        self.to_offset = copied(block.alignment.to_offset)
        self.register_buffer("global_weight", block.alignment.weight.detach().clone())
        self.local_layers = FoldedLayers(block.generator.layers)
        self.to_offset_mask = copied(block.generator.to_offset_mask)
        self.register_buffer("local_weight", block.adabd.weight.detach().clone())
        self.reconstruct = copied(block.reconstruct)
        self.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    @torch.no_grad()
    def prepare(self, a_ref: Tensor, f_ref: Tensor, y_ref: Tensor | None = None) -> Reference:
        """a_ref [N, feat_ch, H, W], f_ref [N, f_ch, H, W] -> `Reference`, which y_ref has no part in."""
        a_ref, f_ref = lying_channels_last(a_ref), lying_channels_last(f_ref)
        moves = self.global_layers.of_second(halve(a_ref))
        image = last_channels(f_ref, self.config["image_ch"]).clone()  # not a view, which would keep all of f
        maps = [halve(self.reduce_a(a_ref).relu_()), halve(self.reduce_f(f_ref).relu_())]
        whole = (a_ref, f_ref) if self.threshold else (a_ref.new_empty(0),) * 2
        if self._moves_alike:
            maps = [rigid.convolve(x, self.global_weight, self._groups, 1) for x in maps]
            maps = [x.unflatten(1, (self._groups, -1)) for x in maps]  # side by side, since one offset moves both
            return Reference(moves, lying_channels_last(torch.cat(maps, dim=2).flatten(1, 2)), *whole, image)
        return Reference(moves, torch.cat(maps), *whole, image)

    @torch.no_grad()
    def forward(self, reference: Reference, a_cur: Tensor) -> Prediction:
        """a_cur [N, feat_ch, H, W] -> `Prediction` with `aligned` None."""
        a_cur = lying_channels_last(a_cur)
        coarse = self._global_offset(reference, a_cur)
        a_warped, f_warped = self._align(reference, coarse, a_cur.shape[2:])
        small = self.reduce_a(a_cur).relu_()
        offset, mask = self._local_moves(small, a_warped)
        blend = {"current": small, "mask": mask, "dilation": self.config["adabd_dilation"]}
        blended = deform_conv(f_warped, offset, self.local_weight, groups=self._groups, backend=self.backend, **blend)
        image = reference.image
        if self.config["image_ch"]:
            image = moved(image, displacement(coarse, offset), self.backend)
        feature = with_image(self.reconstruct(blended), image)
        if self.threshold:
            feature = hold(feature, reference.f, reference.a, a_cur, self.threshold)
        return Prediction(feature, mask, None)

    @torch.no_grad()
    def with_pixels(self, reference: Reference, a_cur: Tensor) -> tuple[Prediction, None]:
        """The same; this form leaves the picture as the teacher's tail makes it."""
        return self(reference, a_cur), None

    @torch.no_grad()
    def explain(self, reference: Reference, a_cur: Tensor) -> Inside:
        """What a call does: its mask, and the sum of the global and local offsets. a_cur [N, feat_ch, H, W]."""
        a_cur = lying_channels_last(a_cur)
        coarse = self._global_offset(reference, a_cur)
        a_warped, _ = self._align(reference, coarse, a_cur.shape[2:])
        fine, mask = self._local_moves(self.reduce_a(a_cur).relu_(), a_warped)
        return Inside(mask, displacement(coarse, fine))

    def _global_offset(self, reference: Reference, a_cur: Tensor) -> Tensor:
        """In pixels of half the resolution, [N, 2*offset_g_size^2*num_dg, H/2, W/2]."""
        return self.to_offset(self.global_layers(halve(a_cur), reference.moves))

    def _align(self, reference: Reference, offset: Tensor, size: Sequence[int]) -> list[Tensor]:
        """Both reduced maps of the reference moved onto the current frame, [N, h_dim, *size]."""
        if self._moves_alike:
            low = [lying_channels_last(x) for x in read_convolved(reference.maps, offset, self.backend).chunk(2, dim=1)]
        else:
            geometry = {"groups": self._groups, "backend": self.backend}
            low = deform_conv(reference.maps, offset.repeat(2, 1, 1, 1), self.global_weight, **geometry).chunk(2)
        return [F.interpolate(x, size=size, mode="bilinear") for x in low]

    def _local_moves(self, small: Tensor, a_warped: Tensor) -> tuple[Tensor, Tensor]:
        """Offsets and mask of AdaBD, from the reduced features of the current frame and of the warped reference."""
        return split_offset_mask(self.to_offset_mask(self.local_layers(small, self.local_layers.of_second(a_warped))))

    @property
    def _groups(self) -> int:
        return self.config["num_dg"]

    @property
    def _moves_alike(self) -> bool:
        return self.config["offset_g_size"] == 1


def copied(conv: nn.Conv2d) -> nn.Conv2d:
    """A 1 x 1 convolution with the same weights."""
    same = nn.Conv2d(conv.in_channels, conv.out_channels, 1)
    same.load_state_dict(conv.state_dict())
    return same


def lying_channels_last(x: Tensor) -> Tensor:
    """x [N, C, H, W], its channels side by side in memory."""
    return x.contiguous(memory_format=torch.channels_last)
