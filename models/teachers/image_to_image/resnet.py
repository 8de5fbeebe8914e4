"""The ResNet generators of CycleGAN, pix2pix and pix2pixHD (its global generator): one row of layers."""

import re
from collections.abc import Callable, Mapping

from torch import Tensor, nn

NAME, FIRST = "ResNet generator", "model.1.weight"
SECOND_CONV = 5  # its place in a residual block without dropout
BLOCK_CONV = re.compile(r"model\.(\d+)\.conv_block\.(\d+)\.weight")
NormOf = Callable[[int], nn.Module]


class Residual(nn.Module):
    """x + its layers: [N, C, h, w] -> the same shape."""

    def __init__(self, channels: int, norm: NormOf, bias: bool, dropout: bool):
        super().__init__()
        self.conv_block = nn.Sequential(
            *(nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(channels), nn.ReLU()),
            *([nn.Dropout(0.5)] if dropout else []),
            *(nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=bias), norm(channels)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


class ResnetGenerator(nn.Module):
    """[N, 3, H, W] in [-1, 1] -> the same shape and range, H and W multiples of 2^downs.

    Args:
        width: channels of the first convolution.
        downs: convolutions of stride 2; 2 in CycleGAN and pix2pix, 4 in pix2pixHD.
        blocks: residual blocks, 6 or 9.
        norm: channels -> normalisation.
        bias: whether the convolutions before a normalisation have a bias.
        dropout: whether the residual blocks contain a dropout, which counts as a layer.

    Source: Johnson et al. (2016); Zhu et al., CycleGAN (2017); Wang et al., pix2pixHD (2018), the global generator.
    """

    def __init__(self, width: int, downs: int, blocks: int, norm: NormOf, bias: bool = True, dropout: bool = False):
        super().__init__()
        sizes = [width * 2**k for k in range(downs + 1)]
        layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7, bias=bias), norm(width), nn.ReLU()]
        for small, large in zip(sizes, sizes[1:], strict=False):
            layers += [nn.Conv2d(small, large, 3, stride=2, padding=1, bias=bias), norm(large), nn.ReLU()]
        layers += [Residual(sizes[-1], norm, bias, dropout) for _ in range(blocks)]
        for small, large in zip(sizes[-2::-1], sizes[:0:-1], strict=True):
            up = nn.ConvTranspose2d(large, small, 3, stride=2, padding=1, output_padding=1, bias=bias)
            layers += [up, norm(small), nn.ReLU()]
        self.model = nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())
        self.default_cut: tuple[int, int] = 5, 4 + 3 * downs + blocks + 3 * (downs - 2) + 1

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


def matches(keys: Mapping[str, Tensor]) -> bool:
    """Whether these are the weights of such a generator."""
    return FIRST in keys and any(map(BLOCK_CONV.fullmatch, keys))


def network(weights: Mapping[str, Tensor], norm: NormOf) -> ResnetGenerator:
    """The generator whose sizes are those of the weights."""
    blocks = {int(found[1]) for found in map(BLOCK_CONV.fullmatch, weights) if found}
    second = max(int(found[2]) for found in map(BLOCK_CONV.fullmatch, weights) if found and weights[found[0]].ndim == 4)
    downs = (min(blocks) - 4) // 3
    return ResnetGenerator(
        len(weights[FIRST]), downs, len(blocks), norm, bias="model.1.bias" in weights, dropout=second > SECOND_CONV
    )


def renamed(weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """The weights under the names of `ResnetGenerator`, which are the published ones."""
    return weights
