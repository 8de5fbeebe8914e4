"""FCN-8s, the network that says which class each pixel of a street scene shows; and the classes of an output."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from util import checkpoint
from util.image import to_uint8
from util.viper import CLASSES, nearest_class

CONVOLUTIONS = (2, 2, 3, 3, 3)  # of VGG16's five stages; their widths are 1, 2, 4, 8, 8 times the first
PADDING = 100  # around the image, so that one of any size is left with something after five poolings and fc6
MEAN_BGR = (104.00698793, 116.66876762, 122.67891434)  # of Caffe's VGG16, levels 0 to 255
POOL4_SCALE, POOL3_SCALE = 0.01, 0.0001
POOL4_CROP, POOL3_CROP, OUTPUT_CROP = 5, 9, 31  # where PADDING has moved the image on each grid
Segment = Callable[[Tensor], np.ndarray]  # an output [1, 3, H, W] in [-1, 1] -> class ids uint8 [H, W]


class FCN8s(nn.Module):
    """[N, 3, H, W] RGB in [-1, 1] -> logits [N, classes, H, W], trained "at once" (skips scaled down).

    Attributes are named after the published keys. Without the dropout of its training, which has no weights.

    Args:
        classes: channels of the logits.
        width: channels of the first stage, 64 in VGG16.
        hidden: channels of fc6 and fc7, 4096 in VGG16.

    Source: Long et al., Fully Convolutional Networks for Semantic Segmentation (2015).
    """

    def __init__(self, classes: int = 32, width: int = 64, hidden: int = 4096):
        super().__init__()
        widths = [width, 2 * width, 4 * width, 8 * width, 8 * width]
        channels = 3
        for stage, (count, wide) in enumerate(zip(CONVOLUTIONS, widths, strict=True), 1):
            for i in range(1, count + 1):
                padding = PADDING if (stage, i) == (1, 1) else 1
                self.add_module(f"conv{stage}_{i}", nn.Conv2d(channels, wide, 3, padding=padding))
                channels = wide
        self.fc6 = nn.Conv2d(channels, hidden, 7)
        self.fc7 = nn.Conv2d(hidden, hidden, 1)
        self.score_fr = nn.Conv2d(hidden, classes, 1)
        self.score_pool3 = nn.Conv2d(widths[2], classes, 1)
        self.score_pool4 = nn.Conv2d(widths[3], classes, 1)
        self.upscore2 = _bilinear(classes, 2)
        self.upscore_pool4 = _bilinear(classes, 2)
        self.upscore8 = _bilinear(classes, 8)

    def forward(self, x: Tensor) -> Tensor:
        h = (x.flip(1) + 1) * 127.5 - x.new_tensor(MEAN_BGR).view(3, 1, 1)
        pooled = []
        for stage, count in enumerate(CONVOLUTIONS, 1):
            for i in range(1, count + 1):
                h = F.relu(self.get_submodule(f"conv{stage}_{i}")(h))
            h = F.max_pool2d(h, 2, ceil_mode=True)
            pooled.append(h)
        h = F.relu(self.fc7(F.relu(self.fc6(h))))
        h = self.upscore2(self.score_fr(h))
        h = self.upscore_pool4(h + _cut(self.score_pool4(POOL4_SCALE * pooled[3]), POOL4_CROP, h))
        h = self.upscore8(h + _cut(self.score_pool3(POOL3_SCALE * pooled[2]), POOL3_CROP, h))
        return _cut(h, OUTPUT_CROP, x)


def from_published(weights: Mapping[str, Tensor]) -> FCN8s:
    """Frozen network holding a bare state dict in the published layout; its sizes are read off the tensors.

    Raises:
        ValueError: the weights are of another network.
    """
    clean = {key.removeprefix("module."): value for key, value in weights.items()}
    sizes = [clean[key].shape[0] for key in _SIZES if isinstance(clean.get(key), Tensor) and clean[key].ndim == 4]
    if len(sizes) != len(_SIZES):
        raise ValueError(f"not an FCN-8s: no convolutions {', '.join(_SIZES)} in {sorted(clean)[:4]} ...")
    with torch.device("meta"):  # the tensors come from the file; full-size ones drawn first would take seconds
        network = FCN8s(*sizes)
    try:
        network.load_state_dict(clean, strict=True, assign=True)
    except RuntimeError as error:
        raise ValueError(f"the weights do not fit an FCN-8s: {error}") from error
    network.float().to(memory_format=torch.channels_last)  # faster on a CPU, most where it is narrow
    return network.requires_grad_(False).eval()


_SIZES = ("score_fr.weight", "conv1_1.weight", "fc6.weight")


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


def _bilinear(channels: int, factor: int) -> nn.ConvTranspose2d:
    """Upsampling by `factor`, each channel by itself, until training makes something else of it."""
    layer = nn.ConvTranspose2d(channels, channels, 2 * factor, stride=factor, bias=False)
    tent = 1 - (torch.arange(2 * factor, device=layer.weight.device) - (factor - 0.5)).abs() / factor
    kernel = torch.eye(channels, device=layer.weight.device)[:, :, None, None] * tent.outer(tent)
    with torch.no_grad():
        layer.weight.copy_(kernel)
    return layer


def _cut(x: Tensor, offset: int, like: Tensor) -> Tensor:
    """The part of `x` that starts at `offset` in both directions and has the size of `like`."""
    return x[:, :, offset : offset + like.shape[2], offset : offset + like.shape[3]]
