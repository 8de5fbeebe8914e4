"""Blended deformable convolution as one Triton kernel: columns are gathered, blended and multiplied tile by tile."""

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from models.ops import reference
from models.ops.reference import add_shift

DTYPES = (torch.float32, torch.float16, torch.bfloat16)
OLDEST = (8, 0)  # compute capability: for older ones Triton compiles no tensor-core products
NEEDS = "needs Triton and a CUDA device of compute capability 8.0 or newer"


def available(device: torch.device) -> bool:
    """Whether the kernel runs there: on CUDA if the device is new enough, anywhere with Triton's interpreter."""
    try:
        from triton import knobs
    except ImportError:
        return False
    if knobs.runtime.interpret:
        return True
    return device.type == "cuda" and torch.cuda.get_device_capability(device) >= OLDEST


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
    """See `models.ops.deformable.deform_conv`; positions and sums are float32, the output lies channels-last.

    float32 products are TF32 where `torch.backends.cuda.matmul.allow_tf32` says so.

    Raises:
        ValueError: a feature that is not float32, float16 or bfloat16.
    """
    if feature.dtype not in DTYPES:
        raise ValueError(f"the triton backend computes in {', '.join(map(str, DTYPES))}, got {feature.dtype}")
    n, _, h, w = feature.shape
    taps = weight.shape[-1] ** 2
    offset = offset.reshape(n, groups, -1, 2, h, w).expand(-1, -1, taps, -1, -1, -1)  # a view
    if current is not None and mask is not None:
        current, mask = current.to(feature.dtype), mask.to(feature.dtype).reshape(n, groups, taps, h, w)
    return _Fused.apply(feature, offset, weight.to(feature.dtype), current, mask, shift, dilation)


class _Fused(torch.autograd.Function):
    """Forward by the kernel; backward through the plain path, which computes the columns again."""

    @staticmethod
    def forward(ctx, feature, offset, weight, current, mask, shift, dilation):
        ctx.save_for_backward(feature, offset, weight, current, mask, shift)
        ctx.dilation = dilation
        return _launch(feature, offset, weight, current, mask, shift, dilation)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        needed = ctx.needs_input_grad[:6]
        saved = zip(ctx.saved_tensors, needed, strict=True)
        inputs = [None if t is None else t.detach().requires_grad_(n) for t, n in saved]
        feature, offset, weight, current, mask, shift = inputs
        assert feature is not None and offset is not None and weight is not None
        with torch.enable_grad():
            moves, shares = offset.flatten(1, 3), None if mask is None else mask.flatten(1, 2)
            moves = moves if shift is None else add_shift(moves, shift)
            out = reference.deform_conv(feature, moves, weight, offset.shape[1], ctx.dilation, current, shares)
        wanted = [t for t, n in zip(inputs, needed, strict=True) if n and t is not None]
        gradients = iter(torch.autograd.grad(out, wanted, grad))
        return *(next(gradients) if n else None for n in needed), None


def _launch(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    current: Tensor | None,
    mask: Tensor | None,
    shift: Tensor | None,
    dilation: int,
) -> Tensor:
    """feature, current [N, C, H, W], offset [N, G, taps, 2, H, W], mask [N, G, taps, H, W], shift [N, 2, H, W]."""
    from models.ops.triton_kernel import blended_deform_conv

    arguments, constants = _call(feature, offset, weight, current, mask, shift, dilation)
    n, _, h, w = feature.shape
    out = feature.new_empty(n, h, w, weight.shape[0])
    tiles = -(-n * h * w // constants["BLOCK_PIXELS"]), -(-weight.shape[0] // constants["BLOCK_OUT"])
    with torch.cuda.device_of(feature):
        blended_deform_conv[tiles](out, *arguments, **constants)
    return out.permute(0, 3, 1, 2)


def _call(
    feature: Tensor,
    offset: Tensor,
    weight: Tensor,
    current: Tensor | None,
    mask: Tensor | None,
    shift: Tensor | None,
    dilation: int,
) -> tuple[tuple, dict]:
    """The kernel's arguments after `out`: tensors and numbers, then what it is compiled for."""
    n, c, h, w = feature.shape
    groups, c_out, blend = offset.shape[1], weight.shape[0], current is not None
    feature = feature.permute(0, 2, 3, 1).contiguous()
    kernel = weight.permute(2, 3, 1, 0).contiguous()  # [k, k, C, C_out]
    offset = offset.flatten(-2)  # a view, whichever way a network laid it out
    still = feature if current is None else current.permute(0, 2, 3, 1).contiguous()
    shares = offset[:, :, :, 0] if mask is None else mask.flatten(-2)
    moves = offset[:, 0, 0] if shift is None else shift.reshape(n, 2, h * w)
    constants = {
        "GROUPS": groups,
        "CHANNELS": c // groups,
        "OUT": c_out,
        "KERNEL": weight.shape[-1],
        "DILATION": dilation,
        "BLEND": blend,
        "SHIFT": shift is not None,
        "PRECISION": "tf32" if torch.backends.cuda.matmul.allow_tf32 else "ieee",
    }
    numbers = (n * h * w, h, w, *offset.stride(), *shares.stride(), *moves.stride())
    return (feature, still, offset, shares, moves, kernel, *numbers), constants | _tile(
        c // groups, c_out, feature.itemsize
    )


def _tile(channels: int, c_out: int, itemsize: int) -> dict[str, int]:
    """Tile sizes and how to compile them: fixed, since tuning cannot run while a CUDA graph is captured.

    Chosen from the compiler's reports: tensor-core products spill no registers, and two buffers of a tile fit into the
    99 KB of shared memory that the smallest of the supported GPUs have.
    """
    return {
        "BLOCK_PIXELS": 64,
        "BLOCK_CHANNELS": _power_of_two(channels, 16, 128 // itemsize),
        "BLOCK_OUT": _power_of_two(c_out, 16, 128),
        "num_warps": 8,
        "num_stages": 2,
        "enable_fp_fusion": True,  # Triton's default up to 3.9
    }


def _power_of_two(size: int, least: int, most: int) -> int:
    """The smallest power of two that holds `size`, within bounds; `tl.dot` multiplies no less than 16 x 16."""
    return min(most, max(least, 1 << (size - 1).bit_length()))
