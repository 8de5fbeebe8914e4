"""The full-size block as it runs on video: folded weights; what depends on the reference alone is computed once."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.ops.deformable import deform_conv
from models.ops.warp import add_warped, resize_displacement, warp
from models.shortcut.adabd import split_offset_mask
from models.shortcut.alignment import halve, mean_over_taps
from models.shortcut.base import Inside, PixelPath, Prediction, ShortcutInference, channels_last, seen
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.hetconv import FoldedLayers, copy_conv
from models.shortcut.matching import hold, match_blocks, pyramid


class FullSizeReference(NamedTuple):
    """What a `FullSizeInference` keeps of a reference frame."""

    quarter: Tensor  # [N, feat_ch, H/8, W/8], its pyramid for block matching, coarse to fine
    middle: Tensor  # [N, feat_ch, H/4, W/4]
    half: Tensor  # [N, feat_ch, H/2, W/2]
    a_small: Tensor  # [N, h_dim, H, W], its reduced early features
    f_small: Tensor  # [N, h_dim, H, W], its reduced late ones
    a: Tensor  # [N, feat_ch, H, W], its early features; empty without `hold`
    f: Tensor  # [N, f_ch, H, W], its late ones
    y: Tensor  # [N, 3, ...], its picture

    @property
    def pyramid(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.quarter, self.middle, self.half


class FullSizeInference(ShortcutInference):
    """A `FullSizeBlock` as it runs on video; see `ShortcutInference` for its arguments."""

    needs_picture = True

    def __init__(self, block: FullSizeBlock, backend: str = "auto", threshold: float = 0.0):
        super().__init__(block, backend, threshold)
        self.global_layers = FoldedLayers(block.global_offset.layers)
        self.to_offset = copy_conv(block.global_offset.to_offset)
        self.to_outputs = _side_by_side(block.generator.to_offset_mask, block.to_gate, block.to_blend)
        self.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    @torch.no_grad()
    def prepare(self, a_ref: Tensor, f_ref: Tensor, y_ref: Tensor | None = None) -> FullSizeReference:
        """a_ref [N, feat_ch, H, W], f_ref [N, f_ch, H, W], y_ref [N, 3, ...] -> `FullSizeReference`."""
        assert y_ref is not None  # since `needs_picture`
        a_ref, f_ref = seen(a_ref, self.config), channels_last(f_ref)
        quarter, middle, half = pyramid(halve(a_ref).float())
        a_small, f_small = self.reduce_a(a_ref).relu_(), self.reduce_f(f_ref).relu_()
        a_kept = a_ref if self.threshold else a_ref.new_empty(0)
        return FullSizeReference(quarter, middle, half, a_small, f_small, a_kept, f_ref, y_ref)

    @torch.no_grad()
    def with_pixels(self, reference: FullSizeReference, a_cur: Tensor) -> tuple[Prediction, PixelPath]:
        """`Prediction`, and how to blend the tail's picture with the reference's."""
        a_cur = seen(a_cur, self.config)
        coarse = self._coarse(reference, a_cur)
        small = self.reduce_a(a_cur).relu_()
        fine, mask, gate, blend = self._local(reference, coarse, small)
        blended = deform_conv(
            *(reference.f_small, fine, self.local_weight),
            **{"groups": self.config["num_dg"], "dilation": self.config["adabd_dilation"], "backend": self.backend},
            **{"current": small, "mask": mask, "shift": coarse},
        )
        displacement = coarse + mean_over_taps(fine)
        feature = add_warped(self.reconstruct(blended), reference.f, displacement, gate, self.backend)
        if self.threshold:
            feature = hold(feature, reference.f, reference.a, a_cur, self.threshold)
        return Prediction(feature, mask, None), PixelPath(displacement, blend)

    @torch.no_grad()
    def explain(self, reference: FullSizeReference, a_cur: Tensor) -> Inside:
        """The mask of a prediction, and where it reads the reference. a_cur [N, feat_ch, H, W]."""
        prediction, pixels = self.with_pixels(reference, a_cur)
        return Inside(prediction.mask, pixels.displacement)

    def _coarse(self, reference: FullSizeReference, a_cur: Tensor) -> Tensor:
        """D: [N, 2, H, W], (dx, dy) in feature pixels, float32: half precision is too coarse for positions."""
        here = halve(a_cur)
        matched = match_blocks(pyramid(here.float()), reference.pyramid, self.backend)
        there = channels_last(warp(reference.half, matched, self.backend).to(here.dtype))
        correction = self.to_offset(self.global_layers(here, self.global_layers.of_second(there))).float()
        return resize_displacement(matched + correction, a_cur.shape[2:])

    def _local(self, reference: FullSizeReference, coarse: Tensor, small: Tensor) -> tuple[Tensor, ...]:
        """Local offsets, mask, gate and blend, from the reduced features of the current frame and of the reference."""
        warped = channels_last(warp(reference.a_small, coarse, self.backend))
        hidden = self.local_layers(small, self.local_layers.of_second(warped))
        offset_mask, gate, blend = self.to_outputs(hidden).split([27 * self.config["num_dg"], 1, 1], dim=1)
        return *split_offset_mask(offset_mask), gate.sigmoid(), blend.sigmoid()


def _side_by_side(*convolutions: nn.Conv2d) -> nn.Conv2d:
    """One 1 x 1 convolution with the outputs of all these, one after the other."""
    states = [convolution.state_dict() for convolution in convolutions]
    weight, bias = (torch.cat([state[name] for state in states]) for name in ("weight", "bias"))
    merged = nn.Conv2d(weight.shape[1], len(weight), 1)
    merged.load_state_dict({"weight": weight, "bias": bias})
    return merged
