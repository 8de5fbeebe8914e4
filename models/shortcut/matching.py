"""Block matching: where the current frame's early features lie in the reference's. Nothing of it is learned."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.matching_cost import shift_costs
from models.ops.positions import resized
from models.ops.warp import moved

LEVELS = (4, 2, 1)  # how many times smaller than the maps each level of a pyramid is
PASSES = (0, 1, 2, 2)  # the level that each pass compares; the last pass corrects the one before it
BLANK = 1e-6  # no mean of |a| counts as less than this: features of a blank frame are all 0


class Choice(NamedTuple):
    """How a shift is chosen: softly, by weights softmax(-(cost + stillness * |shift|) / sharpness).

    A cost is a mean difference, in parts of the mean of |a|; `scripts/fit_matching.sh` finds these on training clips.
    """

    sharpness: float  # the smaller, the nearer to the best shift alone
    stillness: float  # what a shift by one pixel costs, wherever it leads
    window: int  # pixels of a level, per side, whose costs are averaged; odd


CHOICE = Choice(sharpness=0.05, stillness=0.05, window=5)


def pyramid(a: Tensor) -> list[Tensor]:
    """a [N, C, h, w] -> the same, averaged over LEVELS[i] x LEVELS[i] pixels, coarse to fine."""
    return [F.avg_pool2d(a, level, ceil_mode=True) if level > 1 else a for level in LEVELS]


@torch.no_grad()
def matched(
    current: Sequence[Tensor], reference: Sequence[Tensor], backend: str = "auto", choice: Choice = CHOICE
) -> Tensor:
    """Two `pyramid`s of [N, C, h, w] -> displacement [N, 2, h, w], (dx, dy) in pixels of the finest level.

    current(p) is found at reference(p + displacement(p)). Each pass moves the reference by what is known so far,
    compares it at nine shifts of up to one pixel, and adds the mean of the shifts, weighted by how well they fit. It
    reaches 4 + 2 + 1 + 1 pixels of the finest level.
    """
    found = None
    for level in PASSES:
        here, there = current[level], reference[level]
        if found is not None:
            found = resized(found, here.shape[2:])
            there = moved(there, found, backend)
        step = _best_shift(here, there, backend, choice)
        found = step if found is None else found + step
    return found


def _best_shift(here: Tensor, there: Tensor, backend: str, choice: Choice) -> Tensor:
    """[N, 2, h, w] (dx, dy): the soft choice among shifts of at most one pixel."""
    steps, window = torch.arange(-1, 2, dtype=here.dtype, device=here.device), choice.window
    cost = F.avg_pool2d(shift_costs(here, there, backend), window, 1, window // 2, count_include_pad=False)
    cost = cost / here.abs().mean((1, 2, 3), keepdim=True).clamp_min(BLANK)
    cost = cost + choice.stillness * torch.hypot(steps[:, None], steps).view(1, -1, 1, 1)
    share = (cost / -choice.sharpness).softmax(1).unflatten(1, (3, 3))  # [N, dy, dx, h, w], in the order of the costs
    return torch.stack([share[:, :, 2] - share[:, :, 0], share[:, 2] - share[:, 0]], 1).sum(2)
