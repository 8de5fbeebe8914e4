"""VToonify for one style and one degree: what runs on every frame of a video."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.teachers.vtoonify.folded import FoldedAdaIN, FoldedToRGB

RGB = 3
INPUT_CHANNELS = 22  # RGB and the logits of 19 face parts
SIZE_MULTIPLE = 8  # pixels; the encoder halves the size three times
SCALE = 4  # output pixels per input pixel, along each axis
PARSING_SCALE = 1 / 16  # of the parsing logits in the input


class Encoded(NamedTuple):
    """What the encoder makes of a frame."""

    features: list[Tensor]  # f_E at 1, 1/2, 1/4 and 1/8 of the size
    f_g: Tensor  # [N, width, H/8, W/8], the generator's first features
    skip: Tensor  # [N, 3, H/8, W/8], the first RGB image


class PlainFusion(nn.Module):
    """f_G' = conv([f_G, f_E]), skip' = conv([skip, f_E]): the fusion module of backbone `toonify`."""

    def __init__(self, conv: nn.Conv2d, skip_conv: nn.Conv2d):
        super().__init__()
        self.conv, self.skip_conv = conv, skip_conv

    def forward(self, f_g: Tensor, skip: Tensor, f_e: Tensor) -> tuple[Tensor, Tensor]:
        """f_g [N, C, h, w], skip [N, 3, h, w], f_e [N, C, h, w] -> f_g and skip, same shapes."""
        return self.conv(torch.cat([f_g, f_e], 1)), self.skip_conv(torch.cat([skip, f_e], 1))


class MaskedFusion(PlainFusion):
    """The fusion module of backbone `dualstylegan`: a mask, which depends on the style degree, weakens f_E first.

        m_E = tanh(relu(conv(AdaIN([f_G, |f_G - f_E|]))))
        f_G' = conv([f_G, m_E f_E]),  skip' = conv([skip, m_E f_E])

    Source: Yang et al., VToonify (2022), the fusion module of the exemplar-based version.
    """

    def __init__(self, conv: nn.Conv2d, skip_conv: nn.Conv2d, norm: FoldedAdaIN, mask_conv: nn.Conv2d):
        super().__init__(conv, skip_conv)
        self.norm, self.mask_conv = norm, mask_conv

    def mask(self, f_g: Tensor, f_e: Tensor) -> Tensor:
        """m_E: [N, 1, h, w] in [0, 1), the weight of f_E."""
        difference = self.norm(torch.cat([f_g, (f_g - f_e).abs()], 1))
        return self.mask_conv(difference).relu().tanh()

    def forward(self, f_g: Tensor, skip: Tensor, f_e: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(f_g, skip, f_e * self.mask(f_g, f_e))


class Level(nn.Module):
    """One resolution of the generator: (features, skip) at h x w -> both at 2h x 2w.

    up: doubles the size; conv: keeps it; to_rgb: (features, skip) -> the skip at the features' size.
    """

    def __init__(self, up: nn.Module, conv: nn.Module, to_rgb: FoldedToRGB):
        super().__init__()
        self.up, self.conv, self.to_rgb = up, conv, to_rgb

    def forward(self, f_g: Tensor, skip: Tensor) -> tuple[Tensor, Tensor]:
        f_g = self.conv(self.up(f_g))
        return f_g, self.to_rgb(f_g, skip)


class StyledVToonify(nn.Module):
    """Frames with their face parsing -> stylised frames of four times the size. `VToonify.styled` makes it.

    Args:
        down: four modules; each makes the next of the encoder's features, the first from the input.
        residual: the residual blocks at 1/8 of the size.
        to_skip: features -> the first RGB image.
        fusions: four, coarse to fine; each runs before the level of the same index.
        levels: five, from 1/8 to 4 times the size.

    Source: Yang et al., VToonify: Controllable High-Resolution Portrait Video Style Transfer (2022).
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

    @property
    def feature_channels(self) -> int:
        """Channels of the encoder's features at full size."""
        last_fusion = self.fusions[-1]
        assert isinstance(last_fusion, PlainFusion)
        return last_fusion.skip_conv.in_channels - RGB

    def encode(self, x: Tensor) -> Encoded:
        """x [N, 22, H, W] -> all that the encoder makes of it."""
        features = []
        for layer in self.down:
            features.append(layer(features[-1] if features else x))
        f_g = self.residual(features[-1])
        return Encoded(features, f_g, self.to_skip(f_g))

    def forward(self, x: Tensor) -> Tensor:
        """x [N, 22, H, W] from `network_input` -> [N, 3, 4H, 4W], an image in [-1, 1] once clamped.

        Raises:
            ValueError: see `check_input`.
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
    """frame [N, 3, H, W] in [-1, 1] -> the network's input [N, 22, H, W] with zeros as face parts."""
    n, rgb, height, width = frame.shape
    return network_input(frame, frame.new_zeros(n, INPUT_CHANNELS - rgb, height, width))


def check_input(x: Tensor, allowed: tuple[int, ...] = (INPUT_CHANNELS,)) -> None:
    """Refuses an input that the network cannot take; `allowed` are the possible numbers of channels.

    Raises:
        ValueError: another number of channels; H or W is no multiple of 8; or 8 x 8 pixels, which leave the norms one
            pixel.
    """
    height, width = x.shape[-2:]
    fits = height % SIZE_MULTIPLE == 0 and width % SIZE_MULTIPLE == 0 and height * width > SIZE_MULTIPLE**2
    if x.ndim != 4 or x.shape[1] not in allowed or not fits:
        raise ValueError(
            f"the input must be [N, {' or '.join(map(str, allowed))}, H, W], H and W multiples of {SIZE_MULTIPLE} and "
            f"one of them larger than that, got {list(x.shape)}"
        )
