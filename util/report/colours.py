"""Blending masks and displacements as colours, and the legends of these colours for the page."""

import numpy as np
import torch.nn.functional as F
from torch import Tensor

ABSENT = 96  # grey level of a frame that was not predicted
RIM = 1 / 32  # displacement at the rim of the colour wheel, as a share of the image's width; longer ones are darker
STOPS = 17  # colours in the legend of a mask; between them the colour map is nearly linear
WHEEL = {0: "ff0000", 15: "ffff00", 21: "00ff00", 25: "00ffff", 36: "0000ff", 49: "ff00ff", 55: "ff0000"}


def panels(mask: Tensor, displacement: Tensor, size: tuple[int, int]) -> np.ndarray:
    """Blending mask | displacement, uint8 [H, 2*W, 3] RGB.

    Args:
        mask: [1, taps, h, w] in [0, 1], weight of the current frame; the picture shows the mean over taps.
        displacement: [1, 2, h, w], (dx, dy) in pixels of this map.
        size: (W, H) of the image.
    """
    width, height = size
    scale = displacement.new_tensor([width / displacement.shape[3], height / displacement.shape[2]])
    maps = (mask.float().mean(1, keepdim=True), displacement.float() * scale.view(1, 2, 1, 1) / (RIM * width))
    weight, (dx, dy) = (F.interpolate(x, size=(height, width), mode="bilinear")[0].cpu().numpy() for x in maps)
    return np.hstack([mask_colours(weight[0]), wheel_colours(dx, dy)])


def absent_panels(size: tuple[int, int]) -> np.ndarray:
    """Grey panels for a frame that was not predicted; `size` as for `panels`."""
    return np.full((size[1], 2 * size[0], 3), ABSENT, np.uint8)


def mask_colours(weight: np.ndarray) -> np.ndarray:
    """Weights [H, W] in [0, 1] -> uint8 [H, W, 3] RGB, from dark violet through green to yellow (viridis)."""
    import cv2

    return cv2.applyColorMap(np.rint(weight * 255).astype(np.uint8), cv2.COLORMAP_VIRIDIS)[..., ::-1]


def wheel_colours(dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Displacements [H, W], +x right, +y down, 1 at the rim -> uint8 [H, W, 3] RGB, white where nothing moves.

    Source: Baker et al., A Database and Evaluation Methodology for Optical Flow (2011), their colour code.
    """
    length = np.hypot(dx, dy)[..., None]
    place = (np.arctan2(-dy, -dx) / np.pi + 1) / 2 * max(WHEEL)
    channels = np.array([list(bytes.fromhex(colour)) for colour in WHEEL.values()]).T / 255
    hue = np.stack([np.interp(place, list(WHEEL), channel) for channel in channels], axis=-1)
    return np.rint(255 * np.where(length <= 1, 1 - length * (1 - hue), 0.75 * hue)).astype(np.uint8)


def mask_gradient() -> str:
    """CSS gradient: the colours of a mask, from 0 on the left to 1 on the right."""
    colours = mask_colours(np.linspace(0, 1, STOPS)[None])[0]
    return f"linear-gradient(to right, {', '.join(f'#{bytes(colour).hex()}' for colour in colours)})"


def wheel_gradient() -> str:
    """CSS gradient: the colours of displacements on a disc, each in its direction from the white centre."""
    hues = ", ".join(f"#{colour} {place / max(WHEEL):.2%}" for place, colour in WHEEL.items())
    return f"radial-gradient(closest-side, #fff, #fff0), conic-gradient(from 90deg, {hues})"
