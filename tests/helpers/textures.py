"""Pictures whose motion can be seen: smooth, random, without edges."""

import numpy as np
import torch
from scipy.ndimage import zoom
from torch import Tensor


def texture(height: int = 64, width: int = 128, seed: int = 0) -> Tensor:
    """A smooth random picture [1, 3, H, W] in [-1, 1]."""
    noise = np.random.default_rng(seed).uniform(-1, 1, (3, height // 4 + 2, width // 4 + 2))
    smooth = zoom(noise, (1, 4, 4), order=3)[:, :height, :width].clip(-1, 1)
    return torch.from_numpy(smooth).float()[None]
