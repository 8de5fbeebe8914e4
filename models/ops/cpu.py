"""Blended deformable convolution as one weighted gather and one matrix product: the fast path of a CPU.

A column is what one tap of one output pixel reads: a weighted sum of five pixels, four around the place where the tap
reads the warped map and one of the current map. `embedding_bag` makes exactly such sums, without temporaries.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from models.ops.reference import bilinear_shares, corners, tap_grid, tap_positions

STRIP_PIXELS = 4096  # few enough for a strip's columns to stay in the cache, enough to keep two threads busy


class PixelTable(NamedTuple):
    """Maps of one shape as a table of pixels, channels-last. Each has a rim of zeros: borders are no special case."""

    rows: Tensor  # [images * height * width * groups, C / groups]
    size: tuple[int, int]  # H, W of a map
    rim: int  # rows and columns of zeros above and left of each map; at least one more lies below and right
    shape: tuple[int, int]  # height, width of a map in its rim
    groups: int  # each pixel has a row for every group of channels

    @classmethod
    def of(cls, maps: Sequence[Tensor], groups: int, rim: int) -> "PixelTable":
        """Copies of `maps`, each [N, C, H, W]: first the N images of the first one."""
        n, c, h, w = maps[0].shape
        shape = h + 2 * rim + 1, w + 2 * rim + 1
        rows = maps[0].new_zeros(len(maps), n, *shape, c)
        for i, x in enumerate(maps):
            rows[i, :, rim : rim + h, rim : rim + w] = x.permute(0, 2, 3, 1)
        return cls(rows.view(-1, c // groups), (h, w), rim, shape, groups)

    def row(self, y: Tensor, x: Tensor, images: range) -> Tensor:
        """Number of the row that holds pixel (y, x) of each image.

        Args:
            y, x: int32 [len(images) or 1, ..., groups or 1], from -rim to H or W + rim.

        Returns:
            int32 [len(images), ..., groups]
        """
        (height, width), last = self.shape, y.dim() - 1
        image = torch.arange(images.start, images.stop, dtype=torch.int32, device=y.device).view(-1, *[1] * last)
        group = torch.arange(self.groups, dtype=torch.int32, device=y.device)
        corner = (image * (height * width) + self.rim * width + self.rim) * self.groups + group
        return (y * width + x) * self.groups + corner

    @property
    def steps(self) -> tuple[int, int, int, int]:
        """From the row of a pixel to those of itself, its right, its lower and its lower right neighbour."""
        below = self.shape[1] * self.groups
        return 0, self.groups, below, below + self.groups


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

    Without gradients it works in strips of rows, so the columns of a whole map never exist.
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


def read_convolved(convolved: Tensor, offset: Tensor, rim: int) -> Tensor:
    """See `models.ops.deformable.read_convolved`. `convolved` has `rim` zeros on all sides."""
    groups, (height, width) = offset.shape[1] // 2, convolved.shape[2:]
    n, _, h, w = offset.shape
    rows = convolved.permute(0, 2, 3, 1).reshape(-1, convolved.shape[1] // groups)
    table = PixelTable(rows, (height - 2 * rim, width - 2 * rim), rim, (height, width), groups)
    origin = (height - h) // 2 - rim  # row and column of the map on which the first pixel of `offset` lies
    y, x = (_taps_last(p + origin) for p in tap_positions(offset, groups, 1, 1))
    columns = _weighted_rows(table, *_four_rows(table, y, x, range(n)))
    return columns.view(n, h, w, groups, -1).sum(3).permute(0, 3, 1, 2)


def _columns(
    table: PixelTable, offset: Tensor, mask: Tensor | None, kernel_size: int, dilation: int, images: range, strip: range
) -> Tensor:
    """What the taps of these rows of these images read: [pixels * k*k * groups, C/groups]."""
    cut = slice(images.start, images.stop), slice(None), slice(strip.start, strip.stop)
    y, x = map(_taps_last, tap_positions(offset[cut], table.groups, kernel_size, dilation, strip.start))
    if mask is None:
        return _weighted_rows(table, *_four_rows(table, y, x, images))
    share = _taps_last(mask[cut].unflatten(1, (table.groups, -1))).to(y.dtype)
    rows, shares = _four_rows(table, y, x, images, 1 - share)
    of_current = range(len(mask) + images.start, len(mask) + images.stop)  # the current maps follow the warped ones
    unmoved = _unmoved_rows(table, of_current, strip, kernel_size, dilation)
    return _weighted_rows(table, [*rows, unmoved], [*shares, share])


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


def _unmoved_rows(table: PixelTable, images: range, strip: range, kernel_size: int, dilation: int) -> Tensor:
    """The row that each tap reads without an offset: [N, H, W, k*k, groups]."""
    integers = {"dtype": torch.int32, "device": table.rows.device}
    dy, dx = (d.view(-1, 1) for d in tap_grid(kernel_size, dilation, torch.empty(0, **integers)))
    row = torch.arange(strip.start, strip.stop, **integers).view(1, -1, 1, 1, 1)
    column = torch.arange(table.size[1], **integers).view(-1, 1, 1)
    return table.row(row + dy, column + dx, images)


def _weighted_rows(table: PixelTable, rows: list[Tensor], shares: list[Tensor]) -> Tensor:
    """sum_j shares[j][b] * table.rows[rows[j][b]] -> [B, C/groups]."""
    bags = torch.stack(rows, dim=-1).view(-1, len(rows))
    weights = torch.stack(shares, dim=-1).view(bags.shape).to(table.rows.dtype)
    columns = F.embedding_bag(bags, table.rows.detach(), per_sample_weights=weights, mode="sum")
    return attach_table_gradient(columns, table.rows, bags, weights)


def _strips(n: int, h: int, w: int) -> Iterator[tuple[range, range]]:
    """(images, rows) of about STRIP_PIXELS pixels, which together make n maps of h x w."""
    height = max(1, STRIP_PIXELS // w)
    for image in range(n):
        for top in range(0, h, height):
            yield range(image, image + 1), range(top, min(top + height, h))


def attach_table_gradient(columns: Tensor, table: Tensor, rows: Tensor, shares: Tensor) -> Tensor:
    """`columns` unchanged, with a gradient to `table`, of which columns[b] = sum_j shares[b, j] * table[rows[b, j]].

    Columns 1, 2 and 3 of `rows` must lie a fixed step after column 0, as the pixels around a position do: then one sort
    serves all four, where autograd's own gradient of `embedding_bag` sorts every entry and takes twice as long.
    """
    return _TableGradient.apply(columns, table, rows, shares.detach())


class _TableGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, columns: Tensor, table: Tensor, rows: Tensor, shares: Tensor) -> Tensor:
        ctx.save_for_backward(rows, shares)
        ctx.table_shape = table.shape
        return columns.view_as(columns)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor | None, None, None]:
        if not ctx.needs_input_grad[1]:
            return grad, None, None, None
        rows, shares = ctx.saved_tensors
        out, dense = grad.new_zeros(ctx.table_shape), grad.contiguous()
        for first in range(0, rows.shape[1], 4):
            order, starts = _by_row(rows[:, first], len(out))
            for j in range(first, min(first + 4, rows.shape[1])):
                step = int(rows[0, j] - rows[0, first])
                share = shares[:, j].to(dense.dtype)[order]
                sums = F.embedding_bag(order, dense, starts, per_sample_weights=share, mode="sum")
                out[step:] += sums[: len(out) - step]
        return grad, out, None, None


def _by_row(row: Tensor, n_rows: int) -> tuple[Tensor, Tensor]:
    """The entries ordered by the row they read, and where each row's entries start: [B] and [n_rows]."""
    counts = torch.bincount(row, minlength=n_rows)
    return row.argsort(), counts.cumsum(0) - counts
