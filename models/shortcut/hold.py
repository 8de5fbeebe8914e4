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
    static = F.max_pool2d(change, WINDOW, 1, WINDOW // 2) < threshold * a_ref.abs().mean()
    share = F.avg_pool2d(static.to(predicted.dtype), EDGE, 1, EDGE // 2, count_include_pad=False)
    return predicted.lerp(f_ref, share)
