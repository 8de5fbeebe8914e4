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
    keep = None if mask is None else 1 - mask
    # Its operator knows no bfloat16.
    feature, kernel, keep = (_known(x) for x in (feature, weight, keep))
    offset = offset.to(feature.dtype)
    warped = deform_conv2d(feature, offset, kernel, padding=padding, dilation=dilation, mask=keep).to(weight.dtype)
    return warped if current is None else warped + _masked_conv(current, weight, mask, groups, dilation, padding)


def _known(x: Tensor | None) -> Tensor | None:
    return x.float() if x is not None and x.dtype == torch.bfloat16 else x


def _masked_conv(x: Tensor, weight: Tensor, mask: Tensor, groups: int, dilation: int, padding: int) -> Tensor:
    """sum_k W_k . m_k(p) x(p + d p_k): a plain convolution whose taps fade by `mask` [N, groups * k*k, H, W]."""
    n, c, h, w = x.shape
    columns = F.unfold(x, weight.shape[-1], dilation, padding).view(n, groups, c // groups, -1, h * w)
    columns = columns * mask.view(n, groups, 1, -1, h * w)
    return torch.matmul(weight.flatten(1), columns.view(n, -1, h * w)).view(n, -1, h, w)
