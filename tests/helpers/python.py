"""What Python code of a user's has at hand: a moving film, and a generator in a file of its own."""

from pathlib import Path

import numpy as np
import torch

from examples.generators import ResNet
from tests.helpers.films import encode

SIZE = (48, 32)  # (width, height)


def panning(count: int = 5) -> list[np.ndarray]:
    """Frames uint8 [32, 48, 3] of a camera that moves by 2 pixels a frame along smooth noise."""
    import cv2

    noise = np.random.default_rng(0).integers(0, 256, (8, 16, 3), np.uint8)
    wall = cv2.resize(noise, (SIZE[0] + 2 * count, SIZE[1]), interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(wall[:, 2 * k : 2 * k + SIZE[0]]) for k in range(count)]


def moving_film(path: Path, count: int = 5) -> Path:
    return encode(path, panning(count), options={"crf": "5"})


def resnet_file(path: Path, width: int = 4, levels: int = 1) -> Path:
    """A file of weights that `examples.generators:resnet` takes."""
    torch.manual_seed(0)
    weights = ResNet(width, levels).state_dict()
    torch.save({"width": width, "levels": levels, "weights": weights}, path)
    return path
