"""Where the taps of a deformable convolution read."""

import torch
from torch import Tensor


def tap_grid(kernel_size: int, dilation: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """(dy, dx) of the taps of a k x k kernel, row by row from the top left: two tensors [k*k], in pixels."""
    radius = kernel_size // 2
    steps = torch.arange(-radius, radius + 1, device=like.device, dtype=like.dtype) * dilation
    return steps.repeat_interleave(kernel_size), steps.repeat(kernel_size)


def tap_positions(offset: Tensor, groups: int, kernel_size: int, dilation: int) -> tuple[Tensor, Tensor]:
    """(y, x) read by every tap, in pixels of the map, +y down: two tensors [N, groups, k*k, H, W].

    Args:
        offset: [N, groups * k*k * 2, H, W], order (group, tap, [dy, dx]).
    """
    n, _, h, w = offset.shape
    # Half precision cannot tell neighbouring pixels apart beyond position 2048 (bf16: 256).
    offset = offset.to(torch.promote_types(offset.dtype, torch.float32)).view(n, groups, -1, 2, h, w)
    dy, dx = tap_grid(kernel_size, dilation, offset)
    rows = torch.arange(h, device=offset.device, dtype=offset.dtype).view(h, 1)
    columns = torch.arange(w, device=offset.device, dtype=offset.dtype)
    return offset[:, :, :, 0] + (dy.view(-1, 1, 1) + rows), offset[:, :, :, 1] + (dx.view(-1, 1, 1) + columns)


def corners(y: Tensor, x: Tensor, height: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Top left corner (row, column) of the four pixels around each position, and their bilinear weights.

    Positions beyond the one-pixel rim around the map are moved onto the rim, where everything reads zero: rows lie in
    -1..height and columns in -1..width, their lower and right neighbours one further.

    Args:
        y, x: any shape [...], in pixels.

    Returns:
        row, column: integers [...];
        weights: [..., 4] for (row, column), (row, column+1), (row+1, column), (row+1, column+1).
    """
    # Not `clamp`: its gradient vanishes on the bound itself, where the outermost taps start when nothing moves yet.
    y, x = torch.where((y < -1) | (y > height), -1, y), torch.where((x < -1) | (x > width), -1, x)
    top, left = y.detach().floor(), x.detach().floor()
    down, right = y - top, x - left
    up_share, left_share = 1 - down, 1 - right
    weights = torch.stack([up_share * left_share, up_share * right, down * left_share, down * right], dim=-1)
    # A NaN position turns into an arbitrary integer; its NaN weights still reach the output, its index must not crash.
    return top.long().clamp(-1, height), left.long().clamp(-1, width), weights
