"""The gradient of a weighted gather with respect to the table it reads."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


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
