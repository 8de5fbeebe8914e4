"""Images moved by one displacement per pixel, alone and as part of the sums that need them."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops.positions import resized


def moved(image: Tensor, displacement: Tensor, backend: str = "auto") -> Tensor:
    """out[:, y, x] = image[:, y + dy, x + dx], bilinear, the border repeated outside.

    Args:
        image: [N, C, H, W].
        displacement: [N, 2, H, W], (dx, dy) in pixels. Positions are computed in float32, as half precision could not
            tell neighbouring pixels of a large image apart.
        backend: see `models.ops.deformable.deform_conv`.

    Returns:
        [N, C, H, W] in the dtype of `image`.
    """
    height, width = image.shape[2:]
    dx, dy = displacement.float().unbind(1)
    x = torch.arange(width, device=image.device) + 0.5 + dx
    y = torch.arange(height, device=image.device)[:, None] + 0.5 + dy
    grid = torch.stack([2 * x / width - 1, 2 * y / height - 1], -1)
    return F.grid_sample(image.float(), grid, padding_mode="border", align_corners=False).to(image.dtype)


def add_moved(feature: Tensor, image: Tensor, displacement: Tensor, gate: Tensor, backend: str = "auto") -> Tensor:
    """feature + gate * moved(image, displacement). Where no gradient is needed, it is written into `feature`.

    Args:
        feature, image: [N, C, H, W].
        displacement: [N, 2, H, W], (dx, dy) in pixels.
        gate: [N, 1, H, W].
        backend: see `models.ops.deformable.deform_conv`.
    """
    part = gate * moved(image, displacement, backend)
    needs_gradient = torch.is_grad_enabled() and (feature.requires_grad or part.requires_grad)
    return feature + part if needs_gradient else feature.add_(part)


def paint(y: Tensor, y_ref: Tensor, displacement: Tensor, blend: Tensor, backend: str = "auto") -> Tensor:
    """y + B * (moved(y_ref, D) - y): an output image, painted over with the reference's where B is near 1.

    D and B are `displacement` and `blend` at the image's size, bilinear; D counts in the image's pixels.

    Args:
        y, y_ref: [N, C, H, W].
        displacement: [N, 2, h, w], (dx, dy) in pixels of its own, smaller map.
        blend: [N, 1, h, w] in [0, 1].
        backend: see `models.ops.deformable.deform_conv`.

    Returns:
        [N, C, H, W]
    """
    by = resized(displacement.float(), y.shape[2:])
    share = F.interpolate(blend, size=y.shape[2:], mode="bilinear")
    return y + share * (moved(y_ref, by, backend) - y)
