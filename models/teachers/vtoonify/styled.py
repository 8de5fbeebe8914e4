"""VToonify for one style and degree: what runs on every frame of a video."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.teachers.vtoonify.encoder import INPUT_CHANNELS
from models.teachers.vtoonify.fixed import FixedConv, FixedToRGB, FixedUpConv
from models.teachers.vtoonify.fusion import PlainFusion

SIZE_MULTIPLE = 8  # the encoder halves three times
SCALE = 4  # output pixels per input pixel, along each axis
PARSING_SCALE = 1 / 16  # of the parsing logits in the input


class Encoded(NamedTuple):
    """What the encoder makes of a frame."""

    features: list[Tensor]  # f_e at 1, 1/2, 1/4 and 1/8 of the size
    f_g: Tensor  # [N, width, H/8, W/8], where the generator begins
    skip: Tensor  # [N, 3, H/8, W/8], the first RGB image


class Level(nn.Module):
    """One resolution of the generator: (features, skip) at h x w -> both at 2h x 2w."""

    def __init__(self, up: FixedUpConv, conv: FixedConv, to_rgb: FixedToRGB):
        super().__init__()
        self.up, self.conv, self.to_rgb = up, conv, to_rgb

    def forward(self, f_g: Tensor, skip: Tensor) -> tuple[Tensor, Tensor]:
        f_g = self.conv(self.up(f_g))
        return f_g, self.to_rgb(f_g, skip)


class StyledVToonify(nn.Module):
    """Frames and their face parsing to stylised frames of four times the size; made by `VToonify.styled`.

    Args:
        down: four modules, each from one of the encoder's features to the next, the first from the input.
        residual: the residual blocks at 1/8 of the size.
        to_skip: features to the first RGB image.
        fusions: four, coarse to fine, each runs before the level of the same index.
        levels: five, from 1/8 to 4 times the size.
    """

    def __init__(
        self,
        down: list[nn.Module],
        residual: list[nn.Module],
        to_skip: nn.Module,
        fusions: list[PlainFusion],
        levels: list[Level],
    ):
        super().__init__()
        self.down, self.residual, self.to_skip = nn.ModuleList(down), nn.Sequential(*residual), to_skip
        self.fusions, self.levels = nn.ModuleList(fusions), nn.ModuleList(levels)

    def encode(self, x: Tensor) -> Encoded:
        features = []
        for layer in self.down:
            features.append(layer(features[-1] if features else x))
        f_g = self.residual(features[-1])
        return Encoded(features, f_g, self.to_skip(f_g))

    def forward(self, x: Tensor) -> Tensor:
        """x [N, 22, H, W] from `network_input` -> [N, 3, 4H, 4W], an image in [-1, 1] once clamped.

        Raises:
            ValueError: not 22 channels, H or W no multiple of 8, or 8 x 8 pixels, of which no norm can be computed.
        """
        check_input(x)
        features, f_g, skip = self.encode(x)
        for fusion, level, f_e in zip(self.fusions, self.levels, reversed(features), strict=False):
            f_g, skip = level(*fusion(f_g, skip, f_e))
        return self.levels[-1](f_g, skip)[1]


def network_input(frame: Tensor, parsing: Tensor) -> Tensor:
    """frame [N, 3, H, W] in [-1, 1] and its parsing logits [N, 19, H, W] -> the network's input [N, 22, H, W]."""
    return torch.cat([frame, parsing * PARSING_SCALE], 1)


def unparsed(frame: Tensor) -> Tensor:
    """frame [N, 3, H, W] in [-1, 1] -> the network's input [N, 22, H, W], without face parts."""
    n, rgb, height, width = frame.shape
    return network_input(frame, frame.new_zeros(n, INPUT_CHANNELS - rgb, height, width))


def check_input(x: Tensor, allowed: tuple[int, ...] = (INPUT_CHANNELS,)) -> None:
    """Raises ValueError as told by `StyledVToonify.forward`; `allowed` are the numbers of channels."""
    height, width = x.shape[-2:]
    whole = height % SIZE_MULTIPLE == 0 and width % SIZE_MULTIPLE == 0
    if x.ndim != 4 or x.shape[1] not in allowed or not whole or height * width <= SIZE_MULTIPLE**2:
        raise ValueError(
            f"the input must be [N, {' or '.join(map(str, allowed))}, H, W], H and W multiples of {SIZE_MULTIPLE} and "
            f"one of them larger than that, got {list(x.shape)}"
        )
