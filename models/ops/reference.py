"""Blended deformable convolution in plain torch, for reading and as the reference for the faster backends."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.positions import bilinear_shares, corners, tap_positions


def read(feature: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """`feature` read at (y, x): bilinear, zero outside the map, partial weights across its border.

    Args:
        feature: [N, G, C, H, W].
        y, x: [N, G, ...], in pixels.

    Returns:
        [N, G, C, ...]
    """
    n, g, c, h, w = feature.shape
    row, column, down, right = corners(y, x, h, w)
    shares = bilinear_shares(down, right)
    padded = F.pad(feature, (1, 2, 1, 2)).flatten(3)  # zeros at rows -1, h, h+1 and columns -1, w, w+1
    index = ((row.long() + 1) * (w + 3) + column + 1).reshape(n, g, 1, -1).expand(n, g, c, -1)
    steps = (0, 1, w + 3, w + 4)
    out = sum(
        padded.gather(3, index + step) * share.reshape(n, g, 1, -1) for step, share in zip(steps, shares, strict=True)
    )
    return out.view(n, g, c, *y.shape[2:]).to(feature.dtype)


def deform_conv(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    groups: int,
    dilation: int,
    current: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """See `models.ops.deformable.deform_conv`; here `offset` has one (dy, dx) for each group and tap."""
    n, c, h, w = feature.shape
    kernel_size = weight.shape[-1]
    y, x = tap_positions(offset, groups, kernel_size, dilation)  # [N, G, k*k, H, W]
    columns = read(feature.view(n, groups, c // groups, h, w), y, x)  # [N, G, C/G, k*k, H, W]
    if current is not None:
        still = F.unfold(current, kernel_size, dilation, padding=dilation * (kernel_size // 2)).view(columns.shape)
        share = mask.view(n, groups, 1, -1, h, w)
        columns = (1 - share) * columns + share * still
    return torch.matmul(weight.flatten(1), columns.reshape(n, -1, h * w)).view(n, -1, h, w)
