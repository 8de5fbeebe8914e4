"""Where maps are read: the taps of a deformable convolution, and displacements resized."""

from collections.abc import Sequence

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


def resize_displacement(displacement: Tensor, size: Sequence[int]) -> Tensor:
    """displacement [N, 2, h, w], (dx, dy) in its own pixels -> [N, 2, *size], in pixels of that size, bilinear."""
    (height, width), (h, w) = size, displacement.shape[2:]
    if (height, width) == (h, w):
        return displacement
    dx, dy = displacement.unbind(1)  # scaled by plain numbers: a tensor of both cannot reach a GPU during a recording
    return F.interpolate(torch.stack([dx * (width / w), dy * (height / h)], 1), (height, width), mode="bilinear")


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
