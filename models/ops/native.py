"""The loops over pixels in C: the fastest path of a CPU, without gradients.

They are operators of torch, `torch.ops.shortcut_v2v.*`, so its profiler and its counters see them. Sums are float32 for
maps of any type; results have the dtype of the first map. `deform_conv` and `shift_costs` are documented in
`models.ops.deformable` and `models.ops.warp`.
"""

import ctypes
import math

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.flop_counter import register_flop_formula

from models.ops.native_library import library, loops

DTYPES = (torch.float32, torch.bfloat16, torch.float16)
MOST_TAPS = 9
FURTHEST = 2**31 - 1  # from the first number of an image to its last one: pixels are found by 32 bits


def available() -> bool:
    """Whether the C loops can be used; the first call of a user compiles them, in about two seconds."""
    return library() is not None


def supports(*inputs: Tensor | None) -> bool:
    """Whether these maps can be computed here: on the CPU, in float32 or narrower, without a gradient."""
    given = [x for x in inputs if x is not None]
    if torch.is_grad_enabled() and any(x.requires_grad for x in given):
        return False
    return all(x.device.type == "cpu" and x.dtype in DTYPES and _extent(x) <= FURTHEST for x in given)


class Map(ctypes.Structure):
    """A tensor [N, C, H, W] as it lies in memory, or the absence of one."""

    SIZES = ("images", "channels", "height", "width", "image", "channel", "row", "column")
    _fields_ = [("data", ctypes.c_void_p), *((name, ctypes.c_long) for name in SIZES)]

    @classmethod
    def of(cls, x: Tensor | None) -> "Map":
        return cls() if x is None else cls(x.data_ptr(), *x.shape, *x.stride())


class Convolution(ctypes.Structure):
    """The arguments of `deform_conv` in c/deform_conv.c."""

    MAPS, NUMBERS = (
        ("feature", "current", "offset", "mask", "shift", "out"),
        ("groups", "kernel", "dilation", "threads"),
    )
    _fields_ = [*((name, Map) for name in MAPS), *((name, ctypes.c_long) for name in NUMBERS)]


class Warp(ctypes.Structure):
    """The arguments of `warp` in c/warp.c."""

    MAPS = ("image", "by", "gate", "base", "out")
    NUMBERS = ("groups", "margin", "dy_first", "repeat_border", "fade", "threads")
    _fields_ = [*((name, Map) for name in MAPS), *((name, ctypes.c_long) for name in NUMBERS)]


LIBRARY = torch.library.Library("shortcut_v2v", "DEF")
LIBRARY.define(
    "deform_conv(Tensor feature, Tensor offset, Tensor weight, int groups, int dilation, Tensor? current=None,"
    " Tensor? mask=None, Tensor? shift=None) -> Tensor"
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
    current: Tensor | None = None,
    mask: Tensor | None = None,
    shift: Tensor | None = None,
) -> Tensor:
    (n, _, h, w), (outputs, _, _, kernel) = feature.shape, weight.shape
    out = torch.empty(n, h, w, outputs).permute(0, 3, 1, 2)
    maps = [_pixels(feature), _pixels(current), *(_float(x) for x in (offset, mask, shift)), out]
    columns = weight.float().permute(2, 3, 1, 0).reshape(-1, outputs)
    columns = F.pad(columns, (0, -outputs % _lanes())).contiguous()
    call = Convolution(*map(Map.of, maps), groups, kernel, dilation, torch.get_num_threads())
    if not loops().deform_conv(ctypes.byref(call), ctypes.c_void_p(columns.data_ptr())):
        raise MemoryError(f"no memory for the columns of a deformable convolution with weights {list(weight.shape)}")
    return out.to(feature.dtype)


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
    loops().warp(ctypes.byref(call))


@torch.library.impl(LIBRARY, "shift_costs", "CPU")
def _shift_costs(current: Tensor, reference: Tensor) -> Tensor:
    n, _, h, w = current.shape
    costs = torch.empty(n, 9, h, w)
    maps = _pixels(current), _pixels(reference), costs
    loops().shift_costs(*(ctypes.byref(Map.of(x)) for x in maps), ctypes.c_long(torch.get_num_threads()))
    return costs


OPERATORS = torch.ops.shortcut_v2v
deform_conv, shift_costs = OPERATORS.deform_conv, OPERATORS.shift_costs


@register_flop_formula(OPERATORS.deform_conv)
def _deform_conv_flops(feature_shape, offset_shape, weight_shape, *_, **__) -> int:
    n, _, h, w = feature_shape
    return 2 * n * h * w * math.prod(weight_shape)


def _float(x: Tensor | None) -> Tensor | None:
    return None if x is None else x.float()


def _pixels(x: Tensor | None) -> Tensor | None:
    """In float32, and the channels of a pixel side by side."""
    if x is None or x.stride(1) == 1:
        return _float(x)
    return x.float().contiguous(memory_format=torch.channels_last)


def _lanes() -> int:
    return ctypes.c_long.in_dll(loops(), "lanes").value


def read_convolved(convolved: Tensor, offset: Tensor) -> Tensor:
    """See `models.ops.deformable.read_convolved`; the output lies channels-last."""
    (n, _, h, w), groups = offset.shape, offset.shape[1] // 2
    out = convolved.new_empty(n, h, w, convolved.shape[1] // groups, dtype=torch.float32).permute(0, 3, 1, 2)
    margin = (convolved.shape[2] - h) // 2
    OPERATORS.warp(convolved, offset, None, None, groups, margin, True, False, False, out)
    return out.to(convolved.dtype)


def warp(image: Tensor, displacement: Tensor) -> Tensor:
    """See `models.ops.warp.warp`."""
    return _warped(image, displacement, None, None, False, torch.empty_like(image, dtype=torch.float32)).to(image.dtype)


def add_warped(feature: Tensor, image: Tensor, displacement: Tensor, gate: Tensor) -> Tensor:
    """See `models.ops.warp.add_warped`."""
    if feature.dtype != torch.float32:
        return feature.copy_(
            _warped(image, displacement, gate, feature, False, torch.empty_like(feature, dtype=torch.float32))
        )
    return _warped(image, displacement, gate, feature, False, feature)


def paint(y: Tensor, y_ref: Tensor, displacement: Tensor, blend: Tensor) -> Tensor:
    """See `models.ops.warp.paint`."""
    return _warped(y_ref, displacement, blend, y, True, torch.empty_like(y, dtype=torch.float32)).to(y.dtype)


def _warped(
    image: Tensor, displacement: Tensor, gate: Tensor | None, base: Tensor | None, fade: bool, out: Tensor
) -> Tensor:
    OPERATORS.warp(image, displacement, gate, base, 1, 0, False, True, fade, out)
    return out


def _extent(x: Tensor) -> int:
    return sum((size - 1) * step for size, step in zip(x.shape[1:], x.stride()[1:], strict=True))
