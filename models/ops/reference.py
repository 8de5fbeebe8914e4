"""Blended deformable convolution in plain torch, for reading and as the reference for the faster backends.

The positions that the taps read, and the shares of the pixels around them, serve the other backends too.
"""

from functools import reduce

import torch
import torch.nn.functional as F
from torch import Tensor


def tap_grid(kernel_size: int, dilation: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """(dy, dx) of the taps of a k x k kernel, row by row from the top left: two tensors [k*k], in pixels."""
    radius = kernel_size // 2
    steps = torch.arange(-radius, radius + 1, device=like.device, dtype=like.dtype) * dilation
    return steps.repeat_interleave(kernel_size), steps.repeat(kernel_size)


def tap_positions(offset: Tensor, groups: int, kernel_size: int, dilation: int, top: int = 0) -> tuple[Tensor, Tensor]:
    """(y, x) that every tap reads, in pixels of the map, +y down: two tensors [N, groups, k*k, H, W].

    Args:
        offset: [N, groups * k*k * 2, H, W], order (group, tap, [dy, dx]).
        top: the row of the map that the first row of `offset` belongs to.
    """
    n, _, h, w = offset.shape
    # Half precision cannot tell neighbouring pixels apart beyond position 2048 (bf16: 256).
    offset = offset.to(torch.promote_types(offset.dtype, torch.float32)).view(n, groups, -1, 2, h, w)
    dy, dx = tap_grid(kernel_size, dilation, offset)
    rows = torch.arange(top, top + h, device=offset.device, dtype=offset.dtype).view(h, 1)
    columns = torch.arange(w, device=offset.device, dtype=offset.dtype)
    return offset[:, :, :, 0] + (dy.view(-1, 1, 1) + rows), offset[:, :, :, 1] + (dx.view(-1, 1, 1) + columns)


def add_shift(offset: Tensor, shift: Tensor) -> Tensor:
    """`offset` [N, groups*taps*2, H, W], pairs of (dy, dx), plus `shift` [N, 2, H, W], (dx, dy): at least float32."""
    pairs = offset.to(torch.promote_types(offset.dtype, torch.float32)).unflatten(1, (-1, 2))
    return (pairs + shift.flip(1).unsqueeze(1)).flatten(1, 2)


def corners(y: Tensor, x: Tensor, height: int, width: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The top left of the four pixels around each position, and the position's distance down and right from it.

    Positions beyond the one-pixel rim around the map are moved onto the rim, where everything is zero: rows lie in
    -1..height and columns in -1..width, and their lower and right neighbours one pixel further.

    Args:
        y, x: any shape [...], in pixels.

    Returns:
        row, column: int32 [...];
        down, right: [...] in [0, 1), the weights of the lower and of the right neighbours.
    """
    # Not `clamp`: its gradient vanishes on the bound itself, where the outermost taps start when nothing moves yet.
    y, x = torch.where((y < -1) | (y > height), -1, y), torch.where((x < -1) | (x > width), -1, x)
    top, left = y.detach().floor(), x.detach().floor()
    # A NaN position turns into an arbitrary integer; its NaN weights still reach the output, its index must not crash.
    return top.int().clamp_(-1, height), left.int().clamp_(-1, width), y - top, x - left


def bilinear_shares(down: Tensor, right: Tensor, total: Tensor | float = 1.0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The shares of `total` of the four pixels: upper left, upper right, lower left, lower right; each [...]."""
    lower = total * down
    upper = total - lower
    lower_right, upper_right = lower * right, upper * right
    return upper - upper_right, upper_right, lower - lower_right, lower_right


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
    parts = (
        padded.gather(3, index + step) * share.reshape(n, g, 1, -1) for step, share in zip(steps, shares, strict=True)
    )
    return reduce(torch.add, parts).view(n, g, c, *y.shape[2:]).to(feature.dtype)


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
    if current is not None and mask is not None:
        still = F.unfold(current, kernel_size, dilation, padding=dilation * (kernel_size // 2)).view(columns.shape)
        share = mask.view(n, groups, 1, -1, h, w)
        columns = (1 - share) * columns + share * still
    return torch.matmul(weight.flatten(1), columns.reshape(n, -1, h * w)).view(n, -1, h, w)
