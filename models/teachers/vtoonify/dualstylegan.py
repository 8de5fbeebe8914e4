"""DualStyleGAN's additions to StyleGAN2: a second style path, under its published weight names."""

import math

import torch
from torch import Tensor, nn

from models.teachers.vtoonify.fixed import GAIN, FixedConv, FixedNorm
from models.teachers.vtoonify.stylegan import ROWS, EqualLinear, StyleGAN2, mapping_network

COLOUR_ROWS = range(7, ROWS)  # rows of a style that modulate the generator; the earlier ones only shape


class StyleToNorm(nn.Module):
    """Linear layer from a style [style_channels] to the scale and shift of an instance norm."""

    def __init__(self, style_channels: int, channels: int):
        super().__init__()
        self.style = nn.Linear(style_channels, 2 * channels)
        nn.init.ones_(self.style.bias[:channels])
        nn.init.zeros_(self.style.bias[channels:])

    def fixed(self, style: Tensor) -> FixedNorm:
        return FixedNorm(*self.style(style).chunk(2))


class FixedModRes(nn.Module):
    """x + residual(x), [N, C, h, w] -> the same."""

    def __init__(self, residual: nn.Sequential):
        super().__init__()
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        return x + self.residual(x)


class ModRes(nn.Module):
    """Modulative residual block: x + degree * two normalised 3x3 convolutions, both norms told by a style.

    Source: Yang et al., Pastiche Master (DualStyleGAN, 2022); dilated as VToonify has it.
    """

    def __init__(self, channels: int, style_channels: int, dilation: int = 1):
        super().__init__()
        self.norm, self.norm2 = StyleToNorm(style_channels, channels), StyleToNorm(style_channels, channels)
        self.conv, self.conv2 = _equal_conv(channels), _equal_conv(channels)
        self.dilation = dilation

    def fixed(self, style: Tensor, degree: float) -> FixedModRes:
        layers = (
            self.norm.fixed(style),
            self._fixed_conv(self.conv, GAIN),
            self.norm2.fixed(style),
            self._fixed_conv(self.conv2, GAIN * degree),
        )
        return FixedModRes(nn.Sequential(*layers))

    def _fixed_conv(self, conv: nn.ModuleList, gain: float) -> FixedConv:
        weight, bias = conv[0]["weight"], conv[1]["bias"]
        return FixedConv(weight * (gain / math.sqrt(weight[0].numel())), gain * bias, self.dilation)


class DualStyleGAN(nn.Module):
    """The weights of DualStyleGAN from resolution level `first` on; level 0 is the complete published network."""

    def __init__(self, width: int, first: int):
        super().__init__()
        self.style = mapping_network(width, 2)
        self.generator = StyleGAN2(width, first)
        blocks = {str(i): ModRes(width, width) for i in range(COLOUR_ROWS.start)} if first == 0 else {}
        self.res = nn.ModuleDict({**blocks, **{str(i): EqualLinear(width, width) for i in COLOUR_ROWS}})

    def colours(self, style: Tensor) -> Tensor:
        """style [18, width] -> the same with the rows that modulate the generator transformed."""
        shape = style[: COLOUR_ROWS.start]
        return torch.cat([shape, torch.stack([self.res[str(i)](style[i]) for i in COLOUR_ROWS])])


def _equal_conv(channels: int) -> nn.ModuleList:
    weight, bias = torch.randn(channels, channels, 3, 3), torch.zeros(channels)
    return nn.ModuleList([nn.ParameterDict({"weight": weight}), nn.ParameterDict({"bias": bias})])
