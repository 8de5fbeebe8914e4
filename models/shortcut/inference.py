"""The Shortcut block as it runs on video: folded weights; what depends on the reference alone is computed once."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.deformable import convolve, deform_conv, read_convolved
from models.ops.warp import warp
from models.shortcut.adabd import split_offset_mask
from models.shortcut.alignment import halve, last_channels, total_displacement
from models.shortcut.base import Inside, Prediction, Shortcut, ShortcutInference, channels_last, seen
from models.shortcut.block import ShortcutBlock, add_image
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.full_size_inference import FullSizeInference
from models.shortcut.hetconv import FoldedLayers, copy_conv
from models.shortcut.matching import hold


def optimize(block: Shortcut, backend: str = "auto", hold: float = 0.0) -> ShortcutInference:
    """The function of `block` in eval mode, to 1e-4 of its scale, in a form made for video; `block` does not change.

    Args:
        backend: of its deformable convolutions and warps, see `models.ops.deformable.deform_conv`.
        hold: with a threshold above 0 it shows the reference's own features where nothing moves, see `matching.hold`.
    """
    if isinstance(block, FullSizeBlock):
        return FullSizeInference(block, backend, hold)
    assert isinstance(block, ShortcutBlock)  # there are two forms
    return InferenceBlock(block, backend, hold)


class Reference(NamedTuple):
    """What an `InferenceBlock` keeps of a reference frame."""

    offset_part: Tensor  # [N, h_dim, H/2, W/2], its part of the first layer of the global offset generator
    maps: Tensor  # its reduced a and f at half resolution; if all taps share one offset, they are already convolved
    a: Tensor  # [N, feat_ch, H, W], its early features; empty without `hold`
    f: Tensor  # [N, f_ch, H, W], its late features; empty without `hold`
    image: Tensor  # [N, image_ch, H, W], those channels of its f that are warped as an image


class InferenceBlock(ShortcutInference):
    """A `ShortcutBlock` as it runs on video; see `ShortcutInference` for its arguments.

    Maps lie channels-last, which is faster on a CPU.
    """

    needs_picture = False

    global_weight: Tensor

    def __init__(self, block: ShortcutBlock, backend: str = "auto", threshold: float = 0.0):
        super().__init__(block, backend, threshold)
        self.global_layers = FoldedLayers(block.alignment.layers)
        self.to_offset = copy_conv(block.alignment.to_offset)
        self.register_buffer("global_weight", block.alignment.weight.detach().clone())
        self.to_offset_mask = copy_conv(block.generator.to_offset_mask)
        self.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    @torch.no_grad()
    def prepare(self, a_ref: Tensor, f_ref: Tensor, y_ref: Tensor | None = None) -> Reference:
        """a_ref [N, feat_ch, H, W], f_ref [N, f_ch, H, W] -> `Reference`; y_ref is not used."""
        a_ref, f_ref = seen(a_ref, self.config), channels_last(f_ref)
        offset_part = self.global_layers.of_second(halve(a_ref))
        image = last_channels(f_ref, self.config["image_ch"]).clone()  # not a view, which would keep all of f
        maps = [halve(self.reduce_a(a_ref).relu_()), halve(self.reduce_f(f_ref).relu_())]
        empty = a_ref.new_empty(0)
        a_kept, f_kept = (a_ref, f_ref) if self.threshold else (empty, empty)
        if self._one_offset:
            maps = [convolve(x, self.global_weight, self._groups, 1) for x in maps]
            maps = [x.unflatten(1, (self._groups, -1)) for x in maps]  # side by side, since one offset moves both
            return Reference(offset_part, channels_last(torch.cat(maps, dim=2).flatten(1, 2)), a_kept, f_kept, image)
        return Reference(offset_part, torch.cat(maps), a_kept, f_kept, image)

    @torch.no_grad()
    def with_pixels(self, reference: Reference, a_cur: Tensor) -> tuple[Prediction, None]:
        """`Prediction` and None: this form leaves the picture as the teacher's tail makes it."""
        a_cur = seen(a_cur, self.config)
        coarse = self._global_offset(reference, a_cur)
        a_warped, f_warped = self._align(reference, coarse, a_cur.shape[2:])
        small = self.reduce_a(a_cur).relu_()
        offset, mask = self._local_offset(small, a_warped)
        blend = {"current": small, "mask": mask, "dilation": self.config["adabd_dilation"]}
        blended = deform_conv(f_warped, offset, self.local_weight, groups=self._groups, backend=self.backend, **blend)
        image = reference.image
        if self.config["image_ch"]:
            image = warp(image, total_displacement(coarse, offset), self.backend)
        feature = add_image(self.reconstruct(blended), image)
        if self.threshold:
            feature = hold(feature, reference.f, reference.a, a_cur, self.threshold)
        return Prediction(feature, mask, None), None

    @torch.no_grad()
    def explain(self, reference: Reference, a_cur: Tensor) -> Inside:
        """The mask of a prediction, and the sum of global and local offsets. a_cur [N, feat_ch, H, W]."""
        a_cur = seen(a_cur, self.config)
        coarse = self._global_offset(reference, a_cur)
        a_warped, _ = self._align(reference, coarse, a_cur.shape[2:])
        fine, mask = self._local_offset(self.reduce_a(a_cur).relu_(), a_warped)
        return Inside(mask, total_displacement(coarse, fine))

    def _global_offset(self, reference: Reference, a_cur: Tensor) -> Tensor:
        """In pixels of half the resolution, [N, 2*offset_g_size^2*num_dg, H/2, W/2]."""
        return self.to_offset(self.global_layers(halve(a_cur), reference.offset_part))

    def _align(self, reference: Reference, offset: Tensor, size: Sequence[int]) -> list[Tensor]:
        """Both reduced maps of the reference, warped onto the current frame, [N, h_dim, *size]."""
        if self._one_offset:
            low = [channels_last(x) for x in read_convolved(reference.maps, offset, self.backend).chunk(2, dim=1)]
        else:
            geometry = {"groups": self._groups, "backend": self.backend}
            low = deform_conv(reference.maps, offset.repeat(2, 1, 1, 1), self.global_weight, **geometry).chunk(2)
        return [F.interpolate(x, size=size, mode="bilinear") for x in low]

    def _local_offset(self, small: Tensor, a_warped: Tensor) -> tuple[Tensor, Tensor]:
        """Offsets and mask of AdaBD, from the reduced features of the current frame and of the warped reference."""
        return split_offset_mask(self.to_offset_mask(self.local_layers(small, self.local_layers.of_second(a_warped))))

    @property
    def _groups(self) -> int:
        return self.config["num_dg"]

    @property
    def _one_offset(self) -> bool:
        return self.config["offset_g_size"] == 1
