"""Random smooth motion, which trains a generator of single images to be consistent over time."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

CELL_PX = 100  # side of the square that gets one random vector, and of the smoothing window


def synthetic_flow(
    height: int, width: int, rng: np.random.Generator, motion: float = 8.0, shift: float = 10.0, scale: float = 0.0
) -> np.ndarray:
    """One random flow field [height, width, 2] in pixels, (x, y) order, float32.

    Args:
        motion: standard deviation of the coarse random vectors, in pixels; 0: the field is a constant shift.
        shift: largest constant shift along each axis, in whole pixels; it is added to the random vectors.
        scale: above 0, a zoom of at most this strength replaces the motion and the shift.

    Source: Wang et al. (2022), section 3.2; constants of the published training.
    """
    if scale > 0:
        return _zoom(height, width, rng, scale)
    offset = rng.integers(-int(shift), int(shift), size=2, endpoint=True)
    if motion <= 0:
        return np.broadcast_to(offset, (height, width, 2)).astype(np.float32)
    coarse = rng.normal(0.0, motion, (max(height // CELL_PX, 1), max(width // CELL_PX, 1), 2))
    field = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR) + offset
    return cv2.blur(field, (CELL_PX, CELL_PX)).astype(np.float32)


def warp_by_flow(image: Tensor, flow: Tensor) -> Tensor:
    """image [N, C, H, W] sampled at (pixel - flow), flow [H, W, 2] in (x, y) pixels; the border repeats.

    As in the published training, positions are normalised as p -> 2p/(size-1) - 1 but sampled with align_corners off.
    So zero flow shifts the image by up to half a pixel at the border. Both sides of a loss use the same warp, so the
    shift cancels. It stays here so that results are comparable.
    """
    height, width = image.shape[2:]
    ys, xs = torch.meshgrid(
        torch.arange(height, device=image.device), torch.arange(width, device=image.device), indexing="ij"
    )
    position = torch.stack([xs, ys], dim=-1) - flow  # [H, W, 2]
    extent = position.new_tensor([max(width - 1, 1), max(height - 1, 1)])
    grid = (2 * position / extent - 1).to(image.dtype).expand(len(image), -1, -1, -1)
    return F.grid_sample(image, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _zoom(height: int, width: int, rng: np.random.Generator, scale: float) -> np.ndarray:
    ramp = np.arange(-3.0, 3.0, 0.01)
    if max(height, width) > len(ramp):
        raise ValueError(f"a zoom field is at most {len(ramp)} px wide, got {width}x{height}; use --scale_level 0")
    strength_x, strength_y = rng.uniform(-scale, scale, size=2)
    left, top = (rng.integers(0, len(ramp) - size, endpoint=True) for size in (width, height))
    x = np.broadcast_to(strength_x * ramp[left : left + width], (height, width))
    y = np.broadcast_to((strength_y * ramp[top : top + height])[:, None], (height, width))
    return np.stack([x, y], axis=-1).astype(np.float32)
