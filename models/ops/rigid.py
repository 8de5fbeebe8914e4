"""Deformable convolution whose taps all move alike, in two steps: convolve once, then read at one place per pixel.

Bilinear reading is linear and all taps share one fraction of a pixel, so that reading and convolving commute. What is
read many times is convolved once, and k*k readings per pixel become one.
"""

import torch.nn.functional as F
from torch import Tensor

from models.ops import cpu as gather
from models.ops import native, reference
from models.ops.pixel_table import PixelTable
from models.ops.positions import tap_positions

RIM = 2  # zeros around the convolved map, as many as a reading across its lower right border touches


def convolve(feature: Tensor, weight: Tensor, groups: int, dilation: int) -> Tensor:
    """The first step, as far out as any tap still touches the map.

    Args:
        feature: [N, C, H, W].
        weight: [C_out, C, k, k], k odd.
        groups: deformable groups: the channels of each are convolved apart, as each moves in its own way.

    Returns:
        [N, groups * C_out, H + 2*(reach + RIM), W + 2*(reach + RIM)] with reach = dilation * (k // 2)
    """
    by_group = weight.unflatten(1, (groups, -1)).transpose(0, 1).flatten(0, 1)
    padding = 2 * dilation * (weight.shape[-1] // 2)
    convolved = F.conv2d(feature, by_group, padding=padding, dilation=dilation, groups=groups)
    return F.pad(convolved, (RIM, RIM, RIM, RIM))


def read(convolved: Tensor, offset: Tensor, backend: str) -> Tensor:
    """The second step.

    Args:
        convolved: [N, groups * C_out, ...] from `convolve`.
        offset: [N, groups * 2, H, W] in pixels, order (group, [dy, dx]).
        backend: "native", "cpu" (a weighted gather) or any other, which is plain torch.

    Returns:
        [N, C_out, H, W]
    """
    if backend == "native":
        return native.read_convolved(convolved, offset)
    groups, (height, width) = offset.shape[1] // 2, convolved.shape[2:]
    margin = (height - offset.shape[2]) // 2
    if backend == "cpu":
        rows = convolved.permute(0, 2, 3, 1).reshape(-1, convolved.shape[1] // groups)
        size = height - 2 * RIM, width - 2 * RIM
        return gather.read(PixelTable(rows, size, RIM, (height, width), groups), offset, margin - RIM)
    y, x = (p + margin for p in tap_positions(offset, groups, 1, 1))
    return reference.read(convolved.unflatten(1, (groups, -1)), y, x).sum(1).squeeze(2)
