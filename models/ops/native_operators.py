"""The C loops as operators of torch, `torch.ops.shortcut_v2v.*`, so that its profiler and its counters see them."""

import ctypes
import math

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.flop_counter import register_flop_formula

from models.ops.native_library import library


class Map(ctypes.Structure):
    """A tensor [N, C, H, W] as it lies in memory, or the absence of one."""

    SIZES = ("images", "channels", "height", "width", "image", "channel", "row", "column")
    _fields_ = [("data", ctypes.c_void_p), *((name, ctypes.c_long) for name in SIZES)]

    @classmethod
    def of(cls, x: Tensor | None) -> "Map":
        return cls() if x is None else cls(x.data_ptr(), *x.shape, *x.stride())


class Convolution(ctypes.Structure):
    MAPS, NUMBERS = (
        ("feature", "current", "offset", "mask", "shift", "out"),
        ("groups", "kernel", "dilation", "threads"),
    )
    _fields_ = [*((name, Map) for name in MAPS), *((name, ctypes.c_long) for name in NUMBERS)]


class Warp(ctypes.Structure):
    MAPS = ("image", "by", "gate", "base", "out")
    NUMBERS = ("groups", "margin", "dy_first", "repeat_border", "fade", "threads")
    _fields_ = [*((name, Map) for name in MAPS), *((name, ctypes.c_long) for name in NUMBERS)]


LIBRARY = torch.library.Library("shortcut_v2v", "DEF")
LIBRARY.define(
    "deform_conv(Tensor feature, Tensor offset, Tensor weight, int groups, int dilation, Tensor? current, Tensor? mask,"
    " Tensor? shift) -> Tensor"
)
LIBRARY.define(
    "warp(Tensor image, Tensor by, Tensor? gate, Tensor? base, int groups, int margin, bool dy_first,"
    " bool repeat_border, bool fade, Tensor(a!) out) -> ()"
)
LIBRARY.define("shift_costs(Tensor current, Tensor reference) -> Tensor")


@torch.library.impl(LIBRARY, "deform_conv", "CPU")
def _deform_conv(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    groups: int,
    dilation: int,
    current: Tensor | None,
    mask: Tensor | None,
    shift: Tensor | None,
) -> Tensor:
    (n, _, h, w), (outputs, _, _, kernel) = feature.shape, weight.shape
    maps = [_pixels(feature), _pixels(current), *(_float(x) for x in (offset, mask, shift))]
    maps.append(torch.empty(n, h, w, outputs).permute(0, 3, 1, 2))
    columns = weight.float().permute(2, 3, 1, 0).reshape(-1, outputs)
    columns = F.pad(columns, (0, -outputs % _lanes())).contiguous()
    call = Convolution(*map(Map.of, maps), groups, kernel, dilation, torch.get_num_threads())
    if not library().deform_conv(ctypes.byref(call), ctypes.c_void_p(columns.data_ptr())):
        raise MemoryError(f"no memory for the columns of a deformable convolution with weights {list(weight.shape)}")
    return maps[-1].to(feature.dtype)


@torch.library.impl(LIBRARY, "warp", "CPU")
def _warp(
    image: Tensor,
    by: Tensor,
    gate: Tensor | None,
    base: Tensor | None,
    groups: int,
    margin: int,
    dy_first: bool,
    repeat_border: bool,
    fade: bool,
    out: Tensor,
) -> None:
    """out = base * (1 - gate if `fade` else 1) + gate * the sum over groups of `image` read at `by`.

    Args:
        image: [N, groups * C, H, W], repeated beyond its border, or zero there.
        by: [N, groups * 2, h, w], (dx, dy) or (dy, dx), in its own pixels, from `margin` right of and below each one.
        gate: [N, 1, h, w]; None: 1. It and `by` are stretched to the size of `out`.
        base, out: [N, C, H, W] float32; the same one adds in place. None: 0.
    """
    maps = [*(_float(x) for x in (image, by, gate, base)), out]
    call = Warp(*map(Map.of, maps), groups, margin, dy_first, repeat_border, fade, torch.get_num_threads())
    library().warp(ctypes.byref(call))


@torch.library.impl(LIBRARY, "shift_costs", "CPU")
def _shift_costs(current: Tensor, reference: Tensor) -> Tensor:
    n, _, h, w = current.shape
    maps = [_pixels(current), _pixels(reference), torch.empty(n, 9, h, w)]
    library().shift_costs(*(ctypes.byref(Map.of(x)) for x in maps), ctypes.c_long(torch.get_num_threads()))
    return maps[-1]


OPERATORS = torch.ops.shortcut_v2v


@register_flop_formula(OPERATORS.deform_conv)
def _deform_conv_flops(feature_shape, offset_shape, weight_shape, *_, **__) -> int:
    n, _, h, w = feature_shape
    return 2 * n * h * w * math.prod(weight_shape)


def _float(x: Tensor | None) -> Tensor | None:
    return None if x is None else x.float()


def _pixels(x: Tensor | None) -> Tensor | None:
    """In float32, and the channels of a pixel side by side."""
    return (
        None
        if x is None
        else x.float()
        if x.stride(1) == 1
        else x.float().contiguous(memory_format=torch.channels_last)
    )


def _lanes() -> int:
    return ctypes.c_long.in_dll(library(), "lanes").value
