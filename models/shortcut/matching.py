"""What can be known of the motion without learning: block matching, and where nothing moves.

Both compare the early features of the current frame with those of the reference.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.warp import resize_displacement, shift_costs, warp

LEVELS = (4, 2, 1)  # how many times smaller than the maps each level of a pyramid is
PASSES = (0, 1, 2, 2)  # the level that each pass compares; the last pass corrects the one before it
BLANK = 1e-6  # no mean of |a| counts as less than this: features of a blank frame are all 0
WINDOW, EDGE = 9, 5  # feature pixels of `hold`: how far around a pixel nothing may change, how softly that ends


class MatchingConstants(NamedTuple):
    """How block matching chooses a shift s: softly, with the weights softmax(-(cost_s + stillness * |s|) / sharpness).

    A cost is a mean difference, relative to the mean of |a|. `scripts/fit_matching.sh` finds the constants on training
    clips.
    """

    sharpness: float  # the smaller, the more the best shift alone counts
    stillness: float  # cost of a shift by one pixel, in any direction
    window: int  # pixels of a level, per side, whose costs are averaged; odd


CONSTANTS = MatchingConstants(sharpness=0.05, stillness=0.05, window=5)


def pyramid(a: Tensor) -> list[Tensor]:
    """a [N, C, h, w] -> the same, averaged over LEVELS[i] x LEVELS[i] pixels, coarse to fine."""
    return [F.avg_pool2d(a, level, ceil_mode=True) if level > 1 else a for level in LEVELS]


@torch.no_grad()
def match_blocks(
    current: Sequence[Tensor],
    reference: Sequence[Tensor],
    backend: str = "auto",
    constants: MatchingConstants = CONSTANTS,
) -> Tensor:
    """Two `pyramid`s of [N, C, h, w] -> displacement [N, 2, h, w], (dx, dy) in pixels of the finest level.

    current(p) resembles reference(p + displacement(p)). Each pass warps the reference by the displacement so far,
    compares it at nine shifts of up to one pixel, and adds their mean, weighted by how well they fit. The reach is
    4 + 2 + 1 + 1 pixels of the finest level.
    """
    first, *others = PASSES
    displacement = _best_shift(current[first], reference[first], backend, constants)
    for level in others:
        here = current[level]
        displacement = resize_displacement(displacement, here.shape[2:])
        there = warp(reference[level], displacement, backend)
        displacement = displacement + _best_shift(here, there, backend, constants)
    return displacement


def _best_shift(here: Tensor, there: Tensor, backend: str, constants: MatchingConstants) -> Tensor:
    """[N, 2, h, w] (dx, dy): the weighted mean of shifts of at most one pixel."""
    steps, window = torch.arange(-1, 2, dtype=here.dtype, device=here.device), constants.window
    cost = F.avg_pool2d(shift_costs(here, there, backend), window, 1, window // 2, count_include_pad=False)
    cost = cost / here.abs().mean((1, 2, 3), keepdim=True).clamp_min(BLANK)
    cost = cost + constants.stillness * (steps[:, None] ** 2 + steps**2).sqrt().view(1, -1, 1, 1)
    weight = (cost / -constants.sharpness).softmax(1).unflatten(1, (3, 3))  # [N, dy, dx, h, w], in the costs' order
    return torch.stack([weight[:, :, 2] - weight[:, :, 0], weight[:, 2] - weight[:, 0]], 1).sum(2)


def hold(predicted: Tensor, f_ref: Tensor, a_ref: Tensor, a_cur: Tensor, threshold: float) -> Tensor:
    """The late features `predicted`, replaced by `f_ref` where the early features are those of the reference.

    A pixel has not changed if the mean of |a_cur - a_ref| over its channels, and over those of each pixel in a window
    around it, stays below `threshold` times the mean of |a_ref|. There no prediction is nearer than f_ref.

    Args:
        predicted, f_ref: [N, f_ch, H, W].
        a_ref, a_cur: [N, feat_ch, H, W].
        threshold: above 0.
    """
    change = (a_cur - a_ref).abs().mean(1, keepdim=True)
    static = _largest_around(change) < threshold * a_ref.abs().mean()
    share = F.avg_pool2d(static.to(predicted.dtype), EDGE, 1, EDGE // 2, count_include_pad=False)
    return predicted.lerp(f_ref, share)


def _largest_around(x: Tensor) -> Tensor:
    """x [N, 1, H, W] -> the largest value in the window around each pixel; by columns, then rows: 18 reads, not 81."""
    down = F.max_pool2d(x, (WINDOW, 1), 1, (WINDOW // 2, 0))
    return F.max_pool2d(down, (1, WINDOW), 1, (0, WINDOW // 2))
