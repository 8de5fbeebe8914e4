"""DualStyleGAN's additions to StyleGAN2, and VToonify's masked fusion, under their published weight names.

None of these modules runs. Each makes its form for one style (`folded`).
"""

import math

import torch
from torch import Tensor, nn

from models.teachers.vtoonify.folded import GAIN, SLOPE, FoldedAdaIN, FoldedAdaResBlock, FoldedConv
from models.teachers.vtoonify.styled import MaskedFusion
from models.teachers.vtoonify.stylegan import ROWS, EqualLinear, StyleGAN2, mapping_network

COLOUR_ROWS = range(7, ROWS)  # rows of a style that modulate the generator; the earlier ones only tell shapes
DEGREE_CHANNELS = (64, 128)


class AdaIN(nn.Module):
    """Linear layer from a style [style_channels] to the scale and shift of an instance norm."""

    def __init__(self, style_channels: int, channels: int):
        super().__init__()
        self.style = nn.Linear(style_channels, 2 * channels)
        nn.init.ones_(self.style.bias[:channels])
        nn.init.zeros_(self.style.bias[channels:])

    def folded(self, style: Tensor) -> FoldedAdaIN:
        return FoldedAdaIN(*self.style(style).chunk(2))


class AdaResBlock(nn.Module):
    """Modulative residual block: x + degree * conv(AdaIN(conv(AdaIN(x)))); a style controls both norms.

    Source: Yang et al., Pastiche Master (DualStyleGAN, 2022); dilated as VToonify has it.
    """

    def __init__(self, channels: int, style_channels: int, dilation: int = 1):
        super().__init__()
        self.norm, self.norm2 = AdaIN(style_channels, channels), AdaIN(style_channels, channels)
        self.conv, self.conv2 = _equal_conv(channels), _equal_conv(channels)
        self.dilation = dilation

    def folded(self, style: Tensor, degree: float) -> FoldedAdaResBlock:
        layers = (
            self.norm.folded(style),
            self._folded_conv(self.conv, GAIN),
            self.norm2.folded(style),
            self._folded_conv(self.conv2, GAIN * degree),
        )
        return FoldedAdaResBlock(nn.Sequential(*layers))

    def _folded_conv(self, conv: nn.ModuleList, gain: float) -> FoldedConv:
        weight, bias = conv.parameters()
        return FoldedConv(weight * (gain / math.sqrt(weight[0].numel())), gain * bias, self.dilation)


class DualStyleGAN(nn.Module):
    """The weights of DualStyleGAN from resolution level `first` on. Level 0 is the complete published network."""

    def __init__(self, width: int, first: int):
        super().__init__()
        self.style = mapping_network(width, 2)
        self.generator = StyleGAN2(width, first)
        blocks = {str(i): AdaResBlock(width, width) for i in range(COLOUR_ROWS.start)} if first == 0 else {}
        self.res = nn.ModuleDict({**blocks, **{str(i): EqualLinear(width, width) for i in COLOUR_ROWS}})

    def colours(self, style: Tensor) -> Tensor:
        """style [18, width] -> the same with the rows that modulate the generator transformed."""
        shape = style[: COLOUR_ROWS.start]
        return torch.cat([shape, torch.stack([self.res[str(i)](style[i]) for i in COLOUR_ROWS])])


class FusionWeights(nn.Module):
    """Weights of one masked fusion. A small network turns the style degree into the norm's scale and shift."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.norm = AdaIN(DEGREE_CHANNELS[1], 2 * channels)
        self.conv2 = nn.Conv2d(2 * channels, 1, 3, padding=1)
        self.linear = nn.Sequential(
            nn.Linear(1, DEGREE_CHANNELS[0]),
            nn.LeakyReLU(SLOPE),
            nn.Linear(*DEGREE_CHANNELS),
            nn.LeakyReLU(SLOPE),
        )

    def folded(self, degree: float, skip_conv: nn.Conv2d) -> MaskedFusion:
        label = self.linear(self.conv.weight.new_tensor([degree]))
        return MaskedFusion(self.conv, skip_conv, self.norm.folded(label), self.conv2)


def _equal_conv(channels: int) -> nn.ModuleList:
    weight, bias = torch.randn(channels, channels, 3, 3), torch.zeros(channels)
    return nn.ModuleList([nn.ParameterDict({"weight": weight}), nn.ParameterDict({"bias": bias})])
