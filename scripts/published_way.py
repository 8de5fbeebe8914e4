"""The Shortcut block computed the published way: what ours is tested against and raced with."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.deformable import expand_to_taps
from models.ops.warp import warp
from models.shortcut.alignment import halve, last_channels, total_displacement
from models.shortcut.block import ShortcutBlock, add_image


@torch.no_grad()
def published_way(block: ShortcutBlock, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> Tensor:
    """a_ref, a_cur [N, feat_ch, H, W], f_ref [N, f_ch, H, W] -> feature [N, f_ch, H, W]; needs torchvision.

    Nothing is folded and nothing kept from frame to frame; AdaBD is two modulated deformable convolutions, one of them
    with offsets of zero, and the global alignment one for each of its two maps.

    Raises:
        ValueError: a block of another form than the published one.
    """
    if not isinstance(block, ShortcutBlock):
        raise ValueError(f"only a block of form published has a published way, got one of form {block.config['block']}")
    from torchvision.ops import deform_conv2d

    small_f, small_a, small = block.reduce_f(f_ref).relu(), block.reduce_a(a_ref).relu(), block.reduce_a(a_cur).relu()
    coarse, groups = block.alignment, block.config["num_dg"]
    move = coarse.to_offset(coarse.layers(torch.cat([halve(a_cur), halve(a_ref)], dim=1)))
    if block.config["offset_g_size"] == 1:
        move = expand_to_taps(move, groups, 9)
    low_f, low_a = (deform_conv2d(halve(x), move, coarse.weight, padding=1) for x in (small_f, small_a))
    warped_f, warped_a = (F.interpolate(x, size=a_cur.shape[2:], mode="bilinear") for x in (low_f, low_a))
    offset, mask = block.generator(small, warped_a)

    geometry = {"padding": block.adabd.dilation, "dilation": block.adabd.dilation}
    reference = deform_conv2d(warped_f, offset, block.adabd.weight, mask=1 - mask, **geometry)
    current = deform_conv2d(small, torch.zeros_like(offset), block.adabd.weight, mask=mask, **geometry)
    image = last_channels(f_ref, block.config["image_ch"])
    if block.config["image_ch"]:  # which no published block has
        image = warp(image, total_displacement(move, offset))
    return add_image(block.reconstruct(reference + current), image)
