"""Blended deformable convolution as one weighted gather and one matrix product: the fast path of a CPU.

The maps lie channels-last in a table, one row for each pixel (and deformable group), with a rim of zero rows around
each map, so that a tap across the border needs no special case. A column, which is what one tap of one output pixel
sees, is then a weighted sum of five rows: four around the place where the tap reads the warped map, one of the current
map. `embedding_bag` makes exactly such sums, without temporaries.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.positions import corners, tap_grid, tap_positions
from models.ops.table_gradient import attach_table_gradient


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
    n, _, h, w = feature.shape
    kernel_size = weight.shape[-1]
    rim = max(1, dilation * (kernel_size // 2))
    y, x = tap_positions(offset, groups, kernel_size, dilation)
    rows, shares = _four_rows(y, x, (h, w), rim)
    table = _table(feature, groups, rim)
    if current is not None:
        share = mask.permute(0, 2, 3, 1).reshape(n, h, w, groups, -1).transpose(3, 4).reshape(-1, 1).to(shares.dtype)
        shares = torch.cat([shares * (1 - share), share], dim=1)
        rows = torch.cat([rows, len(table) + _still_rows(rows, (n, h, w), groups, rim, kernel_size, dilation)], dim=1)
        table = torch.cat([table, _table(current, groups, rim)])
    columns = _weighted_rows(table, rows, shares)
    kernel = weight.permute(2, 3, 1, 0).reshape(-1, weight.shape[0])  # [k*k*C, C_out]
    return torch.mm(columns.view(n * h * w, -1), kernel).view(n, h, w, -1).permute(0, 3, 1, 2)


def rigid_deform_conv(feature: Tensor, offset: Tensor, weight: Tensor, groups: int, dilation: int) -> Tensor:
    """`deform_conv` for an `offset` [N, groups*2, H, W] that moves all taps of a pixel alike.

    Bilinear reading is linear and all taps share one fraction of a pixel, so reading and convolving commute: convolve
    first (as far out as any tap still touches the map), then read the result at one place per pixel instead of k*k.
    """
    n, c, h, w = feature.shape
    out, kernel_size = weight.shape[0], weight.shape[-1]
    reach = dilation * (kernel_size // 2)
    by_group = weight.view(out, groups, c // groups, kernel_size, kernel_size).transpose(0, 1).flatten(0, 1)
    convolved = F.conv2d(feature, by_group, padding=2 * reach, dilation=dilation, groups=groups)  # [N, G*out, ...]
    y, x = tap_positions(offset, groups, 1, 1)
    rows, shares = _four_rows(y + reach, x + reach, convolved.shape[2:], 1)
    columns = _weighted_rows(_table(convolved, groups, 1), rows, shares)  # [N*H*W*G, out]
    return columns.view(n, h, w, groups, out).sum(3).permute(0, 3, 1, 2)


def _table(feature: Tensor, groups: int, rim: int) -> Tensor:
    """[N, C, H, W] -> rows [N*(H+2*rim+1)*(W+2*rim+1)*groups, C/groups]; the rim is one wider below and right."""
    padded = F.pad(feature.permute(0, 2, 3, 1), (0, 0, rim, rim + 1, rim, rim + 1))
    return padded.reshape(-1, feature.shape[1] // groups)


def _four_rows(y: Tensor, x: Tensor, size: tuple[int, int], rim: int) -> tuple[Tensor, Tensor]:
    """Rows of the four pixels around every position y, x [N, G, K, H, W], and their weights: two [N*H*W*K*G, 4]."""
    n, groups = y.shape[:2]
    row, column, weights = corners(y, x, *size)
    height, width = (s + 2 * rim + 1 for s in size)
    image = torch.arange(n, device=y.device).view(n, 1, 1, 1, 1) * height
    group = torch.arange(groups, device=y.device).view(groups, 1, 1, 1)
    first = ((image + row + rim) * width + column + rim) * groups + group
    steps = torch.tensor([0, 1, width, width + 1], device=y.device) * groups
    first = first.permute(0, 3, 4, 2, 1).reshape(-1, 1)
    return first + steps, weights.permute(0, 3, 4, 2, 1, 5).reshape(-1, 4)


def _still_rows(
    like: Tensor, shape: tuple[int, int, int], groups: int, rim: int, kernel_size: int, dilation: int
) -> Tensor:
    """Row each tap of each pixel reads where nothing moves: [N*H*W*k*k*G, 1]."""
    n, h, w = shape
    height, width = h + 2 * rim + 1, w + 2 * rim + 1
    dy, dx = (d.view(-1, 1) for d in tap_grid(kernel_size, dilation, like))
    image, row, column = (torch.arange(s, device=like.device) for s in shape)
    start = (image.view(n, 1, 1) * height + row.view(h, 1) + rim) * width + column + rim
    group = torch.arange(groups, device=like.device)
    return ((start[..., None, None] + dy * width + dx) * groups + group).view(-1, 1)


def _weighted_rows(table: Tensor, rows: Tensor, shares: Tensor) -> Tensor:
    """sum_j shares[b, j] * table[rows[b, j]] -> [B, C]."""
    columns = F.embedding_bag(rows, table.detach(), per_sample_weights=shares.to(table.dtype), mode="sum")
    return attach_table_gradient(columns, table, rows, shares)
