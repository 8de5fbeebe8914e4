"""pSp's style encoder: an aligned face -> the 18 vectors of its style, under its published weight names."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.teachers.vtoonify.stylegan import EqualLinear
from util import checkpoint

FACE_PX = 256
PUBLISHED_WIDTH = 64
UNITS = (3, 4, 14, 3)  # residual units per stage; each stage halves the size
COARSE, MIDDLE = 3, 4  # styles that come from features of 16 and of 32 pixels; the others come from 64 pixels
REDUCTION = 16  # of the channels in a squeeze-and-excitation


class SqueezeExcitation(nn.Module):
    """x * sigmoid(fc2(relu(fc1(mean(x))))), a gate per channel: [N, C, h, w] -> the same shape."""

    def __init__(self, channels: int):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // REDUCTION, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // REDUCTION, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.fc2(self.fc1(x.mean((2, 3), keepdim=True)).relu()).sigmoid()
        return x * gate


class Unit(nn.Module):
    """Residual unit of ArcFace's IR-SE network: [N, in, h, w] -> [N, out, h / stride, w / stride]."""

    def __init__(self, in_channels: int, out_channels: int, stride: int):
        super().__init__()
        # With equal channels the shortcut only drops pixels and has no weights.
        self.shortcut_layer = None
        if in_channels != out_channels:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(in_channels),
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.PReLU(out_channels),
            nn.Conv2d(out_channels, out_channels, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            SqueezeExcitation(out_channels),
        )
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        short = self.shortcut_layer(x) if self.shortcut_layer else x[:, :, :: self.stride, :: self.stride]
        return short + self.res_layer(x)


class StyleHead(nn.Module):
    """Feature map [N, C, 2^n, 2^n] -> one style vector [N, C], by n strided convolutions."""

    def __init__(self, channels: int, halvings: int):
        super().__init__()
        layers = [(nn.Conv2d(channels, channels, 3, 2, padding=1), nn.LeakyReLU()) for _ in range(halvings)]
        self.convs = nn.Sequential(*(layer for pair in layers for layer in pair))
        self.linear = EqualLinear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.convs(x).flatten(1))


class Pyramid(NamedTuple):
    """The feature maps from which the heads compute styles."""

    c3: Tensor  # [N, 8 * width, 16, 16]
    p2: Tensor  # [N, 8 * width, 32, 32]
    p1: Tensor  # [N, 8 * width, 64, 64]


class StyleEncoder(nn.Module):
    """Faces [N, 3, 256, 256] in [-1, 1], aligned as in FFHQ, -> styles [N, styles, 8 * width] in Z+.

    The mean style `latent_avg` is added to the network's result. It is 0 until a checkpoint sets it.

    Args:
        width: channels of the first layer, 64 as published; a multiple of 16.
        styles: vectors of a style.

    Source: Richardson et al., Encoding in Style (2021), section 3; its body is ArcFace's 50-layer IR-SE network.
    """

    latent_avg: Tensor

    def __init__(self, width: int = PUBLISHED_WIDTH, styles: int = 18):
        super().__init__()
        if width < REDUCTION or width % REDUCTION:
            raise ValueError(f"width must be a positive multiple of {REDUCTION}, got {width}")
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.PReLU(width)
        )
        stages = [width * 2**k for k in range(len(UNITS))]
        shapes = [
            (before if first else c, c, 2 if first else 1)
            for before, c, units in zip([width, *stages], stages, UNITS, strict=False)
            for first in [True] + [False] * (units - 1)
        ]
        self.body = nn.Sequential(*(Unit(*shape) for shape in shapes))
        halvings = [4] * COARSE + [5] * MIDDLE + [6] * (styles - COARSE - MIDDLE)
        self.styles = nn.ModuleList(StyleHead(stages[3], n) for n in halvings)
        self.latlayer1, self.latlayer2 = nn.Conv2d(stages[2], stages[3], 1), nn.Conv2d(stages[1], stages[3], 1)
        self.register_buffer("latent_avg", torch.zeros(styles, stages[3]), persistent=False)

    def pyramid(self, face: Tensor) -> Pyramid:
        c1 = self.body[: sum(UNITS[:2])](self.input_layer(face))
        c2 = self.body[sum(UNITS[:2]) : sum(UNITS[:3])](c1)
        c3 = self.body[sum(UNITS[:3]) :](c2)
        p2 = _upsample_like(c3, c2) + self.latlayer1(c2)
        return Pyramid(c3, p2, _upsample_like(p2, c1) + self.latlayer2(c1))

    def forward(self, face: Tensor) -> Tensor:
        if face.ndim != 4 or face.shape[1:] != (3, FACE_PX, FACE_PX):
            raise ValueError(f"the face must be [N, 3, {FACE_PX}, {FACE_PX}], got {list(face.shape)}")
        maps = self.pyramid(face)
        sources = [maps.c3] * COARSE + [maps.p2] * MIDDLE + [maps.p1] * (len(self.styles) - COARSE - MIDDLE)
        return torch.stack([head(x) for head, x in zip(self.styles, sources, strict=True)], 1) + self.latent_avg


def from_published(published: Mapping[str, Any]) -> StyleEncoder:
    """The encoder of `encoder.pt`: {"state_dict": {"encoder...", others}, "latent_avg"}; it ignores other entries.

    Raises:
        ValueError: an entry is missing, or the weights are of another network.
    """
    if missing := {"state_dict", "latent_avg"} - published.keys():
        raise ValueError(f"not a style encoder's checkpoint: it lacks {', '.join(sorted(missing))}")
    weights = {k.removeprefix("encoder."): v for k, v in published["state_dict"].items() if k.startswith("encoder.")}
    first = weights.get("input_layer.0.weight")
    if first is None:
        raise ValueError("not a style encoder: no encoder.input_layer.0.weight in its state_dict")
    styles = len({key.split(".")[1] for key in weights if key.startswith("styles.")})
    with torch.device("meta"):
        encoder = StyleEncoder(first.shape[0], styles)
    checkpoint.load_weights(encoder, weights, f"a style encoder of width {first.shape[0]} with {styles} styles")
    mean = published["latent_avg"]
    channels = encoder.latent_avg.shape[1]
    if mean.numel() not in {channels, styles * channels}:
        raise ValueError(f"latent_avg must be 1 or {styles} vectors of {channels} numbers, got {list(mean.shape)}")
    encoder.latent_avg = mean.reshape(-1, channels).expand_as(encoder.latent_avg)
    return encoder.eval()


def _upsample_like(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, like.shape[-2:], mode="bilinear", align_corners=True)
