"""The network that says which classes translated frames show."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.evaluation.fcn8s import from_published
from util import checkpoint
from util.image import to_uint8
from util.viper import CLASSES, nearest_class

Segment = Callable[[Tensor], np.ndarray]  # an output [1, 3, H, W] in [-1, 1] -> class ids uint8 [H, W]


def by_colour(output: Tensor) -> np.ndarray:
    """The classes of an output that is itself a label map, a `Segment`."""
    return nearest_class(to_uint8(output[0]))


def load_segmenter(path: str | Path, device: torch.device) -> Segment:
    """The classes that the FCN-8s in this file sees in an output.

    Raises:
        ValueError: the file holds another network, or one of other classes than VIPER's.
    """
    network = from_published(checkpoint.load(Path(path))).to(device)
    if (classes := network.score_fr.out_channels) != len(CLASSES):
        raise ValueError(f"the network knows {classes} classes, VIPER has {len(CLASSES)}")
    return lambda output: network(output.to(device)).argmax(1)[0].to("cpu", torch.uint8).numpy()
