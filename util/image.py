"""Images as tensors [3, H, W] in [-1, 1], and as 8-bit RGB pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from util.files import replacing


def to_uint8(x: Tensor) -> np.ndarray:
    """Convert `x` [3, H, W] in [-1, 1] to uint8 [H, W, 3]: rounded, and clamped where `x` leaves its range."""
    if x.ndim != 3 or x.shape[0] != 3:
        raise ValueError(f"an image is [3, H, W], got {list(x.shape)}")
    levels = ((x.detach().float() + 1) * 127.5).round().clamp(0, 255)
    return levels.to(torch.uint8).permute(1, 2, 0).contiguous().cpu().numpy()


def to_tensor(pixels: np.ndarray) -> Tensor:
    """Convert `pixels`, uint8 [H, W, 3], to float32 [3, H, W] in [-1, 1]; `to_uint8` gives the same pixels back."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"pixels are uint8 [H, W, 3], got {pixels.dtype} {list(pixels.shape)}")
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)
    return torch.from_numpy(planes) / 127.5 - 1


def write_png(path: Path, pixels: np.ndarray) -> None:
    """Write uint8 [H, W, 3] RGB as a PNG file, whole or not at all.

    Raises:
        OSError: it could not be written (disk full, no such folder, ...).
    """
    import cv2

    _, encoded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    with replacing(path) as partial:
        partial.write_bytes(encoded.tobytes())


def blank(size: tuple[int, int], device: torch.device, channels: int = 3) -> Tensor:
    """A grey frame [1, channels, H, W] of this (width, height)."""
    return torch.zeros(1, channels, size[1], size[0], device=device)


def grid(*columns: Sequence[Tensor]) -> Tensor:
    """Lay out images, each [3, H, W], column by column as one image [3, rows*H, columns*W]."""
    shapes = {tuple(image.shape) for column in columns for image in column}
    if len(shapes) != 1 or len({len(column) for column in columns}) != 1:
        raise ValueError(
            f"a grid needs columns of one length and images of one shape, "
            f"got columns of {[len(column) for column in columns]} and shapes {sorted(shapes)}"
        )
    return torch.cat([torch.cat(list(column), dim=1) for column in columns], dim=2)


def mask_image(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A blend mask [K, h, w] in [0, 1] as a grey image [3, H, W] in [-1, 1]: the mean of its K taps at `size` (H, W).

    White shows where the current frame is used, black where the warped reference is.
    """
    mean = mask.detach().float().mean(dim=0)[None, None]  # [1, 1, h, w]
    large = F.interpolate(mean, size=size, mode="bilinear", align_corners=False)
    return large[0].expand(3, -1, -1) * 2 - 1
