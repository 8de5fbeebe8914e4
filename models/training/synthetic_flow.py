"""Random smooth motion: what teaches a single-image generator to be consistent over time."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

CELL_PX = 100  # one random vector per this many pixels, and the side of the smoothing window


def synthetic_flow(
    height: int, width: int, rng: np.random.Generator, motion: float = 8.0, shift: float = 10.0, scale: float = 0.0
) -> np.ndarray:
    """One random flow field [height, width, 2] in pixels, (x, y) order, float32.

    Args:
        motion: standard deviation of the coarse random vectors, px; 0 leaves a constant shift only.
        shift: the whole field moves by up to this many whole pixels along each axis.
        scale: if > 0, a zoom-like field of up to this strength replaces the motion.

    Source: Wang et al. (2022), section 3.2; constants of the published training.
    """
    if scale > 0:
        return _zoom(height, width, rng, scale)
    whole = rng.integers(-int(shift), int(shift), size=2, endpoint=True)
    if motion <= 0:
        return np.broadcast_to(whole, (height, width, 2)).astype(np.float32)
    coarse = rng.normal(0.0, motion, (max(height // CELL_PX, 1), max(width // CELL_PX, 1), 2))
    field = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR) + whole
    return cv2.blur(field, (CELL_PX, CELL_PX)).astype(np.float32)


def warp_by_flow(image: Tensor, flow: Tensor) -> Tensor:
    """image [N, C, H, W] sampled at (pixel - flow), flow [H, W, 2] in (x, y) pixels, border repeated.

    Positions are normalised as p -> 2p/(size-1) - 1 but sampled with align_corners off, as in the published training:
    zero flow therefore drifts by up to half a pixel at the border. Both branches of a loss pass through the same warp,
    so it cancels, and keeping it keeps results comparable.
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
