"""What block matching compares: how different two feature maps are under small shifts."""

import torch
import torch.nn.functional as F
from torch import Tensor

from models.ops import native
from models.ops.backends import choose_for

SHIFTS = tuple((dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))  # in pixels, in the order of the costs


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
