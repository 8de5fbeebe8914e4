"""The loops over pixels in C: the fastest path of a CPU, without gradients.

Sums are float32, whatever the maps are; results have the dtype of the first map.
"""

import torch
from torch import Tensor

from models.ops.native_library import library
from models.ops.native_operators import OPERATORS

DTYPES = (torch.float32, torch.bfloat16, torch.float16)
MOST_TAPS = 9
FURTHEST = 2**31 - 1  # from the first number of an image to its last one: pixels are found by 32 bits


def available() -> bool:
    """Whether the C loops can be used; the first call in a user's life compiles them, for about two seconds."""
    return library() is not None


def takes(*inputs: Tensor | None) -> bool:
    """Whether these can be computed here: on the CPU, in float32 or narrower, and no gradient is needed."""
    given = [x for x in inputs if x is not None]
    if torch.is_grad_enabled() and any(x.requires_grad for x in given):
        return False
    return all(x.device.type == "cpu" and x.dtype in DTYPES and _extent(x) <= FURTHEST for x in given)


def deform_conv(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    groups: int,
    dilation: int,
    current: Tensor | None = None,
    mask: Tensor | None = None,
    shift: Tensor | None = None,
) -> Tensor:
    """See `models.ops.deformable.deform_conv`; the output lies channels-last."""
    return OPERATORS.deform_conv(feature, offset, weight, groups, dilation, current, mask, shift)


def read_convolved(convolved: Tensor, offset: Tensor) -> Tensor:
    """See `models.ops.rigid.read`; the output lies channels-last."""
    (n, _, h, w), groups = offset.shape, offset.shape[1] // 2
    out = convolved.new_empty(n, h, w, convolved.shape[1] // groups, dtype=torch.float32).permute(0, 3, 1, 2)
    margin = (convolved.shape[2] - h) // 2
    OPERATORS.warp(convolved, offset, None, None, groups, margin, True, False, False, out)
    return out.to(convolved.dtype)


def moved(image: Tensor, displacement: Tensor) -> Tensor:
    """See `models.ops.warp.moved`."""
    return _warped(image, displacement, None, None, False, torch.empty_like(image, dtype=torch.float32)).to(image.dtype)


def add_moved(feature: Tensor, image: Tensor, displacement: Tensor, gate: Tensor) -> Tensor:
    """See `models.ops.warp.add_moved`."""
    if feature.dtype != torch.float32:
        return feature.copy_(
            _warped(image, displacement, gate, feature, False, torch.empty_like(feature, dtype=torch.float32))
        )
    return _warped(image, displacement, gate, feature, False, feature)


def paint(y: Tensor, y_ref: Tensor, displacement: Tensor, blend: Tensor) -> Tensor:
    """See `models.ops.warp.paint`."""
    return _warped(y_ref, displacement, blend, y, True, torch.empty_like(y, dtype=torch.float32)).to(y.dtype)


def shift_costs(current: Tensor, reference: Tensor) -> Tensor:
    """See `models.ops.matching_cost.shift_costs`."""
    return OPERATORS.shift_costs(current, reference)


def _warped(
    image: Tensor, displacement: Tensor, gate: Tensor | None, base: Tensor | None, fade: bool, out: Tensor
) -> Tensor:
    OPERATORS.warp(image, displacement, gate, base, 1, 0, False, True, fade, out)
    return out


def _extent(x: Tensor) -> int:
    return sum((size - 1) * step for size, step in zip(x.shape[1:], x.stride()[1:], strict=True))
