"""Deformable convolution with adaptive blending: one function, which one of the backends computes.

Where all taps of a pixel have one offset, reading and convolving commute: bilinear reading is linear, and all taps
share one fraction of a pixel. So the feature is convolved once and then read at one place per pixel instead of k*k.
"""

import torch.nn.functional as F
from torch import Tensor

from models.ops import choose_for, cpu, native, reference
from models.ops import torchvision as torchvision_backend
from models.ops import triton as triton_backend
from models.ops.reference import add_shift, tap_positions

RIM = 2  # zeros around a convolved map, as many as a reading across its lower right border touches


def deform_conv(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    *,
    groups: int = 1,
    current: Tensor | None = None,
    mask: Tensor | None = None,
    dilation: int = 1,
    shift: Tensor | None = None,
    backend: str = "auto",
) -> Tensor:
    """k x k convolution of `feature` read at displaced taps, blended tap by tap with `current`, which stays in place.

    out(p) = sum_k W_k . [ m_k(p) current(p + d p_k) + (1 - m_k(p)) feature(p + d p_k + D(p) + o_k(p)) ]

    Reading is bilinear and zero outside the map, with partial weights across its border. Without `current` and `mask`,
    m = 0: a deformable convolution without modulation.

    Args:
        feature: [N, C, H, W].
        offset: [N, groups * k*k * 2, H, W] in pixels, order (group, tap, [dy, dx]), taps row by row; +y down, +x right.
            With [N, groups * 2, H, W] all taps of a pixel have one offset.
        weight: [C_out, C, k, k], k odd.
        groups: deformable groups; each moves and blends its own C/groups channels.
        current, mask: [N, C, H, W] and [N, groups * k*k, H, W] in [0, 1], both or neither.
        dilation: d; the map keeps its size.
        shift: D, [N, 2, H, W], (dx, dy) in pixels, a displacement of all taps of all groups; None: 0.
        backend: "reference" (plain torch), "cpu" (gather and one matrix product; any device), "native" (C, compiled on
            first use; where a gradient is needed "cpu" takes its place, as for float64 and kernels beyond 3 x 3),
            "triton" (one fused kernel), "torchvision" (its operator) or "auto", see `models.ops.choose`.

    Returns:
        [N, C_out, H, W]

    Raises:
        ValueError: shapes that do not fit each other, or an unknown backend.

    Source: Shortcut-V2V (2023), adaptive blending and deformation; Zhu et al., Deformable ConvNets v2 (2019), Eq. 1.
    """
    taps = weight.shape[-1] ** 2
    _check(feature, offset, weight, groups, current, mask, shift)
    one_offset = offset.shape[1] == 2 * groups
    backend = choose_for(backend, feature, offset, weight, current, mask, shift)
    if backend == "native" and taps > native.MOST_TAPS:
        backend = "cpu"
    if one_offset and backend in ("cpu", "native") and current is None:
        offset = offset if shift is None else add_shift(offset, shift)
        return _read(convolve(feature, weight, groups, dilation), offset, backend)
    if backend in ("native", "triton"):
        return {"native": native, "triton": triton_backend}[backend].deform_conv(
            feature, offset, weight, groups, dilation, current, mask, shift
        )
    if shift is not None:
        offset = add_shift(offset, shift)
    if one_offset:
        offset = expand_to_taps(offset, groups, taps)
    modules = {"reference": reference, "cpu": cpu, "torchvision": torchvision_backend}
    return modules[backend].deform_conv(feature, offset, weight, groups, dilation, current, mask)


def convolve(feature: Tensor, weight: Tensor, groups: int, dilation: int) -> Tensor:
    """The convolution to be read by `read_convolved`, as far out as any tap still touches the map.

    Args:
        feature: [N, C, H, W].
        weight: [C_out, C, k, k], k odd.
        groups: deformable groups: the channels of each are convolved apart, because each has its own offset.

    Returns:
        [N, groups * C_out, H + 2*(reach + RIM), W + 2*(reach + RIM)] with reach = dilation * (k // 2)
    """
    by_group = weight.unflatten(1, (groups, -1)).transpose(0, 1).flatten(0, 1)
    padding = 2 * dilation * (weight.shape[-1] // 2)
    convolved = F.conv2d(feature, by_group, padding=padding, dilation=dilation, groups=groups)
    return F.pad(convolved, (RIM, RIM, RIM, RIM))


def read_convolved(convolved: Tensor, offset: Tensor, backend: str = "auto") -> Tensor:
    """`deform_conv` by an `offset` [N, groups * 2, H, W] of the feature that was given to `convolve`.

    Raises:
        ValueError: another number of images, channels that do not divide into the groups, or an unknown backend.
    """
    (n, channels), groups = convolved.shape[:2], offset.shape[1] // 2
    if len(offset) != n or not groups or channels % groups:
        raise ValueError(f"offset {list(offset.shape)} does not fit {n} maps of {channels} channels")
    return _read(convolved, offset, choose_for(backend, convolved, offset))


def _read(convolved: Tensor, offset: Tensor, backend: str) -> Tensor:
    """convolved [N, groups * C_out, ...] from `convolve`, offset [N, groups * 2, H, W] -> [N, C_out, H, W].

    backend: "native", "cpu" (a weighted gather) or any other, which is plain torch.
    """
    if backend == "native":
        return native.read_convolved(convolved, offset)
    groups, margin = offset.shape[1] // 2, (convolved.shape[2] - offset.shape[2]) // 2
    if backend == "cpu":
        return cpu.read_convolved(convolved, offset, RIM)
    y, x = (p + margin for p in tap_positions(offset, groups, 1, 1))
    return reference.read(convolved.unflatten(1, (groups, -1)), y, x).sum(1).squeeze(2)


def expand_to_taps(offset: Tensor, groups: int, taps: int) -> Tensor:
    """One displacement per group [N, groups*2, H, W] given to every tap: [N, groups*taps*2, H, W], group by group."""
    n, _, h, w = offset.shape
    return offset.view(n, groups, 1, 2, h, w).expand(-1, -1, taps, -1, -1, -1).reshape(n, -1, h, w)


def _check(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    groups: int,
    current: Tensor | None,
    mask: Tensor | None,
    shift: Tensor | None,
) -> None:
    n, c, h, w = feature.shape
    kernel_size, taps = weight.shape[-1], weight.shape[-1] ** 2
    if weight.shape[1:] != (c, kernel_size, kernel_size) or kernel_size % 2 == 0:
        raise ValueError(f"weight must be [C_out, {c}, k, k] with k odd, got {list(weight.shape)}")
    if c % groups:
        raise ValueError(f"{c} channels do not divide into {groups} deformable groups")
    if offset.shape not in (
        (n, groups * taps * 2, h, w),
        (n, groups * 2, h, w),
    ):  # no set: an exported size has no hash
        allowed = f"{[n, groups * taps * 2, h, w]} or {[n, groups * 2, h, w]}"
        raise ValueError(f"offset must be {allowed} for feature {list(feature.shape)}, got {list(offset.shape)}")
    if (current is None) != (mask is None):
        raise ValueError("current and mask belong together: give both or neither")
    if current is not None and current.shape != feature.shape:
        raise ValueError(f"current must have the shape of feature, {list(feature.shape)}, got {list(current.shape)}")
    if mask is not None and mask.shape != (n, groups * taps, h, w):
        raise ValueError(f"mask must be {[n, groups * taps, h, w]}, got {list(mask.shape)}")
    if shift is not None and shift.shape != (n, 2, h, w):
        raise ValueError(f"shift must be {[n, 2, h, w]}, got {list(shift.shape)}")
