"""Deformable convolution with adaptive blending: one function, several ways to compute it."""

from torch import Tensor

from models.ops import cpu as gather
from models.ops import native, reference, rigid
from models.ops import torchvision as vision
from models.ops import triton as triton_fused
from models.ops.backends import choose_for
from models.ops.positions import shifted


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
    """k x k convolution of `feature` read at moved taps, blended tap by tap with the unmoved `current`.

    out(p) = sum_k W_k . [ (1 - m_k(p)) feature(p + d p_k + o_k(p) + s(p)) + m_k(p) current(p + d p_k) ]

    Reading is bilinear and zero outside the map, with partial weights across its border. Without `current` and `mask`,
    m = 0: a deformable convolution without modulation.

    Args:
        feature: [N, C, H, W].
        offset: [N, groups * k*k * 2, H, W] in pixels, order (group, tap, [dy, dx]), taps row by row; +y down, +x right.
            With [N, groups * 2, H, W] all taps of a pixel move alike.
        weight: [C_out, C, k, k], k odd.
        groups: deformable groups; each moves and blends its own C/groups channels.
        current, mask: [N, C, H, W] and [N, groups * k*k, H, W] in [0, 1], both or neither.
        dilation: d; the map keeps its size.
        shift: s, [N, 2, H, W], (dx, dy) in pixels, by which all taps of all groups move further; None: not at all.
        backend: "reference" (plain torch), "cpu" (gather and one matrix product; any device), "native" (C, compiled on
            first use; where a gradient is needed "cpu" takes its place, as for float64 and kernels beyond 3 x 3),
            "triton" (one fused kernel), "torchvision" (its operator) or "auto", see `models.ops.backends.choose`.

    Returns:
        [N, C_out, H, W]

    Raises:
        ValueError: shapes that do not fit each other, or an unknown backend.

    Source: Shortcut-V2V (2023), adaptive blending and deformation; Zhu et al., Deformable ConvNets v2 (2019), Eq. 1.
    """
    taps = weight.shape[-1] ** 2
    _check(feature, offset, weight, groups, current, mask, shift)
    moves_alike = offset.shape[1] == 2 * groups
    backend = choose_for(backend, feature, offset, weight, current, mask, shift)
    if backend == "native" and taps > native.MOST_TAPS:
        backend = "cpu"
    if moves_alike and backend in ("cpu", "native") and current is None:
        offset = offset if shift is None else shifted(offset, shift)
        return rigid.read(rigid.convolve(feature, weight, groups, dilation), offset, backend)
    if backend in ("native", "triton"):
        return {"native": native, "triton": triton_fused}[backend].deform_conv(
            feature, offset, weight, groups, dilation, current, mask, shift
        )
    if shift is not None:
        offset = shifted(offset, shift)
    if moves_alike:
        offset = every_tap(offset, groups, taps)
    modules = {"reference": reference, "cpu": gather, "torchvision": vision}
    return modules[backend].deform_conv(feature, offset, weight, groups, dilation, current, mask)


def read_convolved(convolved: Tensor, offset: Tensor, backend: str = "auto") -> Tensor:
    """`deform_conv` by an `offset` [N, groups * 2, H, W] of the feature that `models.ops.rigid.convolve` was given.

    Raises:
        ValueError: another number of images, channels that do not divide into the groups, or an unknown backend.
    """
    (n, channels), groups = convolved.shape[:2], offset.shape[1] // 2
    if len(offset) != n or not groups or channels % groups:
        raise ValueError(f"offset {list(offset.shape)} does not fit {n} maps of {channels} channels")
    return rigid.read(convolved, offset, choose_for(backend, convolved, offset))


def every_tap(offset: Tensor, groups: int, taps: int) -> Tensor:
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
    if offset.shape not in {(n, groups * taps * 2, h, w), (n, groups * 2, h, w)}:
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
