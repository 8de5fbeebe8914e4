"""Blended deformable convolution on torchvision's operator."""

import torch
import torch.nn.functional as F
from torch import Tensor


def available() -> bool:
    """Whether torchvision can be imported and brings its compiled operators."""
    try:
        import torchvision.ops  # noqa: F401
    except (ImportError, RuntimeError):  # RuntimeError: a torchvision built for another torch
        return False
    return True


def deform_conv(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    groups: int,
    dilation: int,
    current: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """See `models.ops.deformable.deform_conv`; here `offset` has one (dy, dx) for each group and tap."""
    from torchvision.ops import deform_conv2d

    padding = dilation * (weight.shape[-1] // 2)
    feature, kernel = _without_bfloat16(feature), _without_bfloat16(weight)
    keep = None if mask is None else _without_bfloat16(1 - mask)
    offset = offset.to(feature.dtype)
    warped = deform_conv2d(
        feature, offset, kernel, padding=(padding, padding), dilation=(dilation, dilation), mask=keep
    ).to(weight.dtype)
    if current is None or mask is None:
        return warped
    return warped + _masked_conv(current, weight, mask, groups, dilation, padding)


def _without_bfloat16(x: Tensor) -> Tensor:
    """The same in float32 if it is bfloat16, which torchvision's operator does not know."""
    return x.float() if x.dtype == torch.bfloat16 else x


def _masked_conv(x: Tensor, weight: Tensor, mask: Tensor, groups: int, dilation: int, padding: int) -> Tensor:
    """sum_k W_k . m_k(p) x(p + d p_k): a plain convolution whose taps fade by `mask` [N, groups * k*k, H, W]."""
    n, c, h, w = x.shape
    columns = F.unfold(x, weight.shape[-1], dilation, padding).view(n, groups, c // groups, -1, h * w)
    columns = columns * mask.view(n, groups, 1, -1, h * w)
    return torch.matmul(weight.flatten(1), columns.view(n, -1, h * w)).view(n, -1, h, w)
