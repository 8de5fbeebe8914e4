"""Maps warped by one displacement per pixel, alone and as a part of sums; and the costs of small shifts."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops import choose_for, native

SHIFTS = tuple((dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))  # in pixels, in the order of the costs


def warp(image: Tensor, displacement: Tensor, backend: str = "auto") -> Tensor:
    """out[:, y, x] = image[:, y + dy, x + dx], bilinear, the border repeated outside.

    Args:
        image: [N, C, H, W].
        displacement: [N, 2, H, W], (dx, dy) in pixels. Positions are computed in float32 at least, as half precision
            could not tell neighbouring pixels of a large image apart.
        backend: see `models.ops.deformable.deform_conv`.

    Returns:
        [N, C, H, W] in the dtype of `image`.

    Raises:
        ValueError: shapes that do not fit each other; so do the other functions here.
    """
    _check(image, displacement=displacement)
    if choose_for(backend, image, displacement) == "native":
        return native.warp(image, displacement)
    height, width = image.shape[2:]
    dx, dy = at_least_float32(displacement).unbind(1)
    x = torch.arange(width, device=image.device) + 0.5 + dx
    y = torch.arange(height, device=image.device)[:, None] + 0.5 + dy
    grid = torch.stack([2 * x / width - 1, 2 * y / height - 1], -1)
    return F.grid_sample(at_least_float32(image), grid, padding_mode="border", align_corners=False).to(image.dtype)


def add_warped(feature: Tensor, image: Tensor, displacement: Tensor, gate: Tensor, backend: str = "auto") -> Tensor:
    """feature + gate * warp(image, displacement). Where no gradient is needed, it is written into `feature`.

    Args:
        feature, image: [N, C, H, W].
        displacement: [N, 2, H, W], (dx, dy) in pixels.
        gate: [N, 1, H, W].
        backend: see `models.ops.deformable.deform_conv`.
    """
    _check(image, feature.shape, displacement=displacement, gate=gate)
    if choose_for(backend, feature, image, displacement, gate) == "native":
        return native.add_warped(feature, image, displacement, gate)
    warped = gate * warp(image, displacement, backend)
    needs_gradient = torch.is_grad_enabled() and (feature.requires_grad or warped.requires_grad)
    return feature + warped if needs_gradient else feature.add_(warped)


def paint(y: Tensor, y_ref: Tensor, displacement: Tensor, blend: Tensor, backend: str = "auto") -> Tensor:
    """y + B * (warp(y_ref, D) - y): an output image, blended with the reference's warped output image.

    D and B are `displacement` and `blend` at the image's size, bilinear; D counts in the image's pixels.

    Args:
        y, y_ref: [N, C, H, W].
        displacement: [N, 2, h, w], (dx, dy) in pixels of its own, smaller map.
        blend: [N, 1, h, w] in [0, 1].
        backend: see `models.ops.deformable.deform_conv`.

    Returns:
        [N, C, H, W]
    """
    _check(y_ref, y.shape, displacement.shape[2:], displacement=displacement, blend=blend)
    if choose_for(backend, y, y_ref, displacement, blend) == "native":
        return native.paint(y, y_ref, displacement, blend)
    displacement = resize_displacement(at_least_float32(displacement), y.shape[2:])
    blend = F.interpolate(blend, size=y.shape[2:], mode="bilinear")
    return y + blend * (warp(y_ref, displacement, backend) - y)


def shift_costs(current: Tensor, reference: Tensor, backend: str = "auto") -> Tensor:
    """cost_s(p) = mean over channels of |current(p) - reference(p + s)|, the border of `reference` repeated.

    Args:
        current, reference: [N, C, H, W].
        backend: see `models.ops.deformable.deform_conv`.

    Returns:
        [N, 9, H, W], at least float32, one channel for each of SHIFTS.

    Raises:
        ValueError: maps of two shapes, or an unknown backend.
    """
    if current.shape != reference.shape:
        raise ValueError(f"both maps must have one shape, got {list(current.shape)} and {list(reference.shape)}")
    if choose_for(backend, current, reference) == "native":
        return native.shift_costs(current, reference)
    h, w = current.shape[2:]
    padded = F.pad(reference, (1, 1, 1, 1), mode="replicate")
    dtype = torch.promote_types(current.dtype, torch.float32)
    costs = [
        (current - padded[:, :, 1 + dy : 1 + dy + h, 1 + dx : 1 + dx + w]).abs().mean(1, dtype=dtype)
        for dx, dy in SHIFTS
    ]
    return torch.stack(costs, 1)


def resize_displacement(displacement: Tensor, size: Sequence[int]) -> Tensor:
    """displacement [N, 2, h, w], (dx, dy) in its own pixels -> [N, 2, *size], in pixels of that size, bilinear."""
    (height, width), (h, w) = size, displacement.shape[2:]
    if (height, width) == (h, w):
        return displacement
    dx, dy = displacement.unbind(1)  # scaled by plain numbers: a tensor of both cannot reach a GPU during a recording
    return F.interpolate(torch.stack([dx * (width / w), dy * (height / h)], 1), (height, width), mode="bilinear")


def at_least_float32(x: Tensor) -> Tensor:
    """`x` in float32, or in float64 if that is what it has."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _check(
    image: Tensor, wanted: Sequence[int] | None = None, size: Sequence[int] | None = None, **maps: Tensor
) -> None:
    """Refuses an `image` of another shape than `wanted`, and `maps` of another number of channels or `size`."""
    if wanted is not None and image.shape != wanted:
        raise ValueError(f"the image to warp must be {list(wanted)}, as what it is added to, got {list(image.shape)}")
    for name, x in maps.items():
        expected = [len(image), 2 if name == "displacement" else 1, *(size or image.shape[2:])]
        if list(x.shape) != expected:
            raise ValueError(f"{name} must be {expected}, got {list(x.shape)}")
