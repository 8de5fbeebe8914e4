"""Where nothing moves, the reference's own features are nearer than any prediction of them."""

import torch.nn.functional as F
from torch import Tensor

WINDOW, EDGE = 9, 5  # pixels of the features: how far around one nothing may move, how softly that ends


def hold(predicted: Tensor, f_ref: Tensor, a_ref: Tensor, a_cur: Tensor, threshold: float) -> Tensor:
    """`predicted` late features, and `f_ref` where the early ones have not changed since the reference.

    A pixel has not changed if the mean of |a_cur - a_ref| over its channels, and over those of each pixel in a window
    around it, stays below `threshold` times the mean of |a_ref|.

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
    """x [N, 1, H, W] -> the largest value in the window around each pixel, by columns, then rows: 18 reads, not 81."""
    down = F.max_pool2d(x, (WINDOW, 1), 1, (WINDOW // 2, 0))
    return F.max_pool2d(down, (1, WINDOW), 1, (0, WINDOW // 2))
