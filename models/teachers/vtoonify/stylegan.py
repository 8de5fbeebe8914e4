"""StyleGAN2's layers under their published weight names. None of them runs: each makes its form for one style."""

import math
from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.teachers.vtoonify.folded import GAIN, SLOPE, FoldedConv, FoldedToRGB, FoldedUpConv

LEVELS = 8  # from 4 to 1024 pixels, two convolutions and one RGB layer each
ROWS = 2 * LEVELS + 2  # vectors of a style, one per layer


def channels(width: int, size: int) -> int:
    """Channels of the features at `size` x `size` pixels, for a generator with `width` channels at the small sizes."""
    return width * 64 // max(size, 64)


class EqualLinear(nn.Module):
    """y = x (lr_mul / sqrt(in) * weight)^T + lr_mul * bias, [..., in] -> [..., out], then a leaky ReLU if `activate`.

    Source: Karras et al., Progressive Growing of GANs (2018), section 4.1.
    """

    def __init__(
        self, in_channels: int, out_channels: int, lr_mul: float = 1.0, bias: float = 0.0, activate: bool = False
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels) / lr_mul)
        self.bias = nn.Parameter(torch.full((out_channels,), bias))
        self.scale, self.lr_mul, self.activate = lr_mul / math.sqrt(in_channels), lr_mul, activate

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight * self.scale, self.bias * self.lr_mul)
        return GAIN * F.leaky_relu(y, SLOPE) if self.activate else y


class PixelNorm(nn.Module):
    """x / sqrt(mean(x^2)), over the last axis."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-8)


def mapping_network(width: int, layers: int) -> nn.Sequential:
    """Styles in Z+ -> styles in W+, [..., width] both."""
    return nn.Sequential(PixelNorm(), *(EqualLinear(width, width, lr_mul=0.01, activate=True) for _ in range(layers)))


class Blur(nn.Module):
    """The fixed filter [4, 4] that smooths a map upsampled twofold with zeros between its pixels; its sum is 4."""

    kernel: Tensor

    def __init__(self):
        super().__init__()
        row = torch.tensor([1.0, 3.0, 3.0, 1.0])
        self.register_buffer("kernel", row[:, None] * row / 16)


class ModulatedConv(nn.Module):
    """Convolution weights that a style modulates: w'_oik = s_i w_oik, and demodulated w''_oik = w'_oik / |w'_o|.

    o: output channel, i: input channel, k: tap. `blur` belongs to the upsampling form.

    Source: Karras et al., Analyzing and Improving the Image Quality of StyleGAN (2020), Eq. 1-3.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, style_channels: int, blur: bool = False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, out_channels, in_channels, kernel_size, kernel_size))
        self.modulation = EqualLinear(style_channels, in_channels, bias=1.0)
        if blur:
            self.blur = Blur()

    def modulated(self, style: Tensor, demodulate: bool) -> Tensor:
        """style [style_channels] -> weights [out, in, k, k]; with `demodulate`, each output channel has norm 1."""
        weight = self.weight[0] / math.sqrt(self.weight[0, 0].numel())
        weight = weight * self.modulation(style)[None, :, None, None]
        return weight * torch.rsqrt(weight.square().sum((1, 2, 3), keepdim=True) + 1e-8) if demodulate else weight


class StyledConv(nn.Module):
    """3x3 modulated convolution with bias and leaky ReLU; with `upsample` the output has twice the size.

    The published weights hold a noise strength, but VToonify runs without noise.
    """

    def __init__(self, in_channels: int, out_channels: int, style_channels: int, upsample: bool):
        super().__init__()
        self.conv = ModulatedConv(in_channels, out_channels, 3, style_channels, blur=upsample)
        self.noise = nn.ParameterDict({"weight": torch.zeros(1)})
        self.activate = nn.ParameterDict({"bias": torch.zeros(out_channels)})
        self.upsample = upsample

    def folded(self, style: Tensor) -> FoldedConv | FoldedUpConv:
        weight, bias = GAIN * self.conv.modulated(style, demodulate=True), GAIN * self.activate["bias"]
        if self.upsample:
            return FoldedUpConv(weight.transpose(0, 1).contiguous(), bias, self.conv.blur.kernel)
        return FoldedConv(weight, bias)


class ToRGB(nn.Module):
    """Features -> an RGB image, to which the upsampled smaller image is added."""

    def __init__(self, in_channels: int, style_channels: int, upsample: bool = True):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        if upsample:
            self.upsample = Blur()
        self.conv = ModulatedConv(in_channels, 3, 1, style_channels)

    def folded(self, style: Tensor) -> FoldedToRGB:
        bias = self.bias.flatten().clone()  # a view would require gradients for as long as the weight does
        return FoldedToRGB(self.conv.modulated(style, demodulate=False), bias, self.upsample.kernel)


class StyleGAN2(nn.Module):
    """The weights of StyleGAN2 from resolution level `first` on. Level k goes from 4 * 2^k pixels to twice as many.

    With `first` 0 it holds all that lies before the levels, and the stored noise: the complete published network.
    """

    def __init__(self, width: int, first: int):
        super().__init__()
        self.style = mapping_network(width, 8)
        levels = range(first, LEVELS)
        self.convs = nn.ModuleDict({str(i): conv for k in levels for i, conv in _convs(width, k)})
        self.to_rgbs = nn.ModuleDict({str(k): ToRGB(channels(width, 8 * 2**k), width) for k in levels})
        if first == 0:
            self.input = nn.ParameterDict({"input": torch.randn(1, width, 4, 4)})
            self.conv1 = StyledConv(width, width, width, upsample=False)
            self.to_rgb1 = ToRGB(width, width, upsample=False)
            self.noises = nn.Module()
            for n in range(2 * LEVELS + 1):
                size = 4 * 2 ** ((n + 1) // 2)
                self.noises.register_buffer(f"noise_{n}", torch.randn(1, 1, size, size))


def _convs(width: int, level: int) -> Iterable[tuple[int, StyledConv]]:
    before, after = channels(width, 4 * 2**level), channels(width, 8 * 2**level)
    yield 2 * level, StyledConv(before, after, width, upsample=True)
    yield 2 * level + 1, StyledConv(after, after, width, upsample=False)
