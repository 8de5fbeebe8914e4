"""Where a block reads its reference: one displacement per pixel, and an image among its features."""

from torch import Tensor

from models.ops.positions import resized


def displacement(coarse: Tensor, fine: Tensor) -> Tensor:
    """The sum of global and local offsets, each a mean over taps and groups: [N, 2, H, W], (dx, dy) in feature pixels.

    Args:
        coarse: [N, 2*taps, h, w] in pixels of its own, lower resolution, order (tap, [dy, dx]).
        fine: [N, 2*taps, H, W] in feature pixels.
    """
    return resized(mean_over_taps(coarse), fine.shape[2:]) + mean_over_taps(fine)


def last_channels(x: Tensor, count: int) -> Tensor:
    """[N, C, H, W] -> [N, count, H, W], also where count is 0."""
    return x[:, x.shape[1] - count :]


def with_image(reconstructed: Tensor, image: Tensor) -> Tensor:
    """`reconstructed` [N, C, H, W], which is written into, its last channels corrections of `image` [N, c, H, W]."""
    if image.shape[1]:
        last_channels(reconstructed, image.shape[1]).add_(image)
    return reconstructed


def mean_over_taps(offset: Tensor) -> Tensor:
    """[N, 2*taps, H, W], order (tap, [dy, dx]) -> [N, 2, H, W], (dx, dy)."""
    return offset.unflatten(1, (-1, 2)).mean(1).flip(1)
