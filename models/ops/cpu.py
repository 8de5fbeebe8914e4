"""Blended deformable convolution as one weighted gather and one matrix product: the fast path of a CPU.

A column, which is what one tap of one output pixel sees, is a weighted sum of five pixels: four around the place where
the tap reads the warped map, one of the current map. `embedding_bag` makes exactly such sums, without temporaries.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.pixel_table import PixelTable
from models.ops.positions import bilinear_shares, corners, tap_grid, tap_positions
from models.ops.table_gradient import attach_table_gradient

STRIP_PIXELS = 4096  # so few that a strip's columns stay in the cache, so many that it keeps two threads busy


def deform_conv(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    groups: int,
    dilation: int,
    current: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """See `models.ops.deformable.deform_conv`; here `offset` has one (dy, dx) for each group and tap.

    Without gradients it goes by strips of rows: the columns of a whole map never exist.
    """
    n, _, h, w = feature.shape
    kernel_size, out_channels = weight.shape[-1], weight.shape[0]
    maps = [feature] if current is None else [feature, current]
    table = PixelTable.of(maps, groups, rim=max(1, dilation * (kernel_size // 2)))
    kernel = weight.permute(2, 3, 1, 0).reshape(-1, out_channels)  # [k*k*C, C_out]
    if torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in (*maps, offset, weight, mask)):
        columns = _columns(table, offset, mask, kernel_size, dilation, range(n), range(h))
        return torch.mm(columns.view(n * h * w, -1), kernel).view(n, h, w, -1).permute(0, 3, 1, 2)
    out = feature.new_empty(n, h, w, out_channels)
    for image, strip in _strips(n, h, w):
        columns = _columns(table, offset, mask, kernel_size, dilation, image, strip)
        part = out[image.start, strip.start : strip.stop].view(-1, out_channels)
        torch.mm(columns.view(len(part), -1), kernel, out=part)
    return out.permute(0, 3, 1, 2)


def read(table: PixelTable, offset: Tensor, origin: int) -> Tensor:
    """Every pixel, moved by offset [N, groups*2, H, W], reads the table once; groups added: [N, C/groups, H, W].

    Args:
        origin: row and column of the table's maps on which the first pixel of `offset` lies.
    """
    n, _, h, w = offset.shape
    y, x = (_taps_last(p + origin) for p in tap_positions(offset, table.groups, 1, 1))
    columns = _weighted_rows(table, *_four_rows(table, y, x, range(n)))
    return columns.view(n, h, w, table.groups, -1).sum(3).permute(0, 3, 1, 2)


def _columns(
    table: PixelTable, offset: Tensor, mask: Tensor | None, kernel_size: int, dilation: int, images: range, strip: range
) -> Tensor:
    """What the taps of these rows of these images see: [pixels * k*k * groups, C/groups]."""
    cut = slice(images.start, images.stop), slice(None), slice(strip.start, strip.stop)
    y, x = map(_taps_last, tap_positions(offset[cut], table.groups, kernel_size, dilation, strip.start))
    if mask is None:
        return _weighted_rows(table, *_four_rows(table, y, x, images))
    share = _taps_last(mask[cut].unflatten(1, (table.groups, -1))).to(y.dtype)
    rows, shares = _four_rows(table, y, x, images, 1 - share)
    of_current = range(len(mask) + images.start, len(mask) + images.stop)  # the current maps follow the warped ones
    still = _still_rows(table, of_current, strip, kernel_size, dilation)
    return _weighted_rows(table, [*rows, still], [*shares, share])


def _taps_last(x: Tensor) -> Tensor:
    """[N, groups, k*k, H, W] -> [N, H, W, k*k, groups], the order of the columns."""
    return x.permute(0, 3, 4, 2, 1).contiguous()


def _four_rows(
    table: PixelTable, y: Tensor, x: Tensor, images: range, total: Tensor | float = 1.0
) -> tuple[list[Tensor], list[Tensor]]:
    """Rows of the four pixels around every position y, x [N, ..., groups] and their shares of `total`."""
    row, column, down, right = corners(y, x, *table.size)
    first = table.row(row, column, images)
    return [first + step for step in table.steps], list(bilinear_shares(down, right, total))


def _still_rows(table: PixelTable, images: range, strip: range, kernel_size: int, dilation: int) -> Tensor:
    """The row each tap reads where nothing moves: [N, H, W, k*k, groups]."""
    integers = {"dtype": torch.int32, "device": table.rows.device}
    dy, dx = (d.view(-1, 1) for d in tap_grid(kernel_size, dilation, torch.empty(0, **integers)))
    row = torch.arange(strip.start, strip.stop, **integers).view(1, -1, 1, 1, 1)
    column = torch.arange(table.size[1], **integers).view(-1, 1, 1)
    return table.row(row + dy, column + dx, images)


def _weighted_rows(table: PixelTable, rows: list[Tensor], shares: list[Tensor]) -> Tensor:
    """sum_j shares[j][b] * table.rows[rows[j][b]] -> [B, C/groups]."""
    rows = torch.stack(rows, dim=-1).view(-1, len(rows))
    shares = torch.stack(shares, dim=-1).view(rows.shape).to(table.rows.dtype)
    columns = F.embedding_bag(rows, table.rows.detach(), per_sample_weights=shares, mode="sum")
    return attach_table_gradient(columns, table.rows, rows, shares)


def _strips(n: int, h: int, w: int) -> Iterator[tuple[range, range]]:
    """(images, rows) of about STRIP_PIXELS pixels, which together make n maps of h x w."""
    height = max(1, STRIP_PIXELS // w)
    for image in range(n):
        for top in range(0, h, height):
            yield range(image, image + 1), range(top, min(top + height, h))
