"""The checkerboard that upsampling layers leave in a generator's outputs: a measure and a loss.

The measure is the power at periods of 2 and 4 pixels, in dB over the power of the neighbouring frequencies.
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.warp import at_least_float32
from models.training.share import Share

TILE = 64  # pixels; frequencies are multiples of 1/64
PERIODS = (2, 4)  # pixels; the teacher has two upsampling layers
DIRECTIONS = {"across": [(0, 1)], "down": [(1, 0)], "diagonal": [(1, 1), (1, -1)]}  # steps in (y, x)

Excess = dict[tuple[int, str], Tensor]  # (period, direction) -> dB, a scalar


def power_spectrum(images: Iterable[Tensor]) -> Tensor:
    """[TILE, TILE] mean power at frequencies (y, x) / TILE of images [1, 3, H, W], by Welch's method.

    Raises:
        ValueError: there is no image, or an image is smaller than a tile.
    """
    total, count = torch.zeros(()), 0
    for image in images:
        if min(image.shape[-2:]) < TILE:
            raise ValueError(f"a spectrum needs images of at least {TILE} x {TILE} pixels, got {list(image.shape)}")
        tiles = at_least_float32(image[0]).unfold(1, TILE, TILE // 2).unfold(2, TILE, TILE // 2).flatten(0, 2)
        tiles = tiles - tiles.mean((1, 2), keepdim=True)
        window = torch.hann_window(TILE, device=image.device)
        total = total + torch.fft.fft2(tiles * window[:, None] * window).abs().square().sum(0)
        count += len(tiles)
    if not count:
        raise ValueError("a spectrum needs at least one image, got none")
    return total / count


def excess(power: Tensor, beside: Tensor | None = None) -> Excess:
    """dB of the power at each period and direction over its neighbours in the same direction.

    Args:
        beside: the power spectrum that the neighbours are taken from; not given: `power`.
    """
    beside = power if beside is None else beside
    return {
        (period, name): 10 * torch.stack([_above(power, beside, TILE // period, *step) for step in steps]).amax()
        for period in PERIODS
        for name, steps in DIRECTIONS.items()
    }


def _above(power: Tensor, beside: Tensor, at: int, dy: int, dx: int) -> Tensor:
    """log10 of `power` at `at` steps (dy, dx) from zero over `beside` at 3 to 6 steps before and after."""
    step, side = torch.arange(at - 6, at + 7)[:, None], torch.arange(-1, 2)
    y, x = (dy * step + dx * side) % TILE, (dx * step - dy * side) % TILE
    line, beside = (spectrum[y, x].mean(1).clamp(min=1e-12) for spectrum in (power, beside))  # three frequencies wide
    return line[5:8].mean().log10() - torch.cat([beside[:4], beside[-4:]]).log10().mean()


def checkerboard_loss(images: Tensor, share: Share | None = None) -> Tensor:
    """The mean excess of a batch of images of at least 64 x 64 pixels, in dB. A negative excess counts as 0.

    Args:
        images: [N, 3, H, W].
        share: the images are those of this share of the batch; None: they are the batch.

    Raises:
        ValueError: see `power_spectrum`.
    """
    share = share or Share.of(len(images))
    power = share.mean(power_spectrum(images.split(1)))  # the excess of a mean is no mean of excesses
    # A generator may lower the power at 2 and 4 pixels, never gain by more power beside it: that would be another grid.
    return torch.stack([F.relu(value) for value in excess(power, power.detach()).values()]).mean()
