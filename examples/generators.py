"""Two generators of the kind that people bring along: a U-Net and a ResNet. This file needs PyTorch and nothing else.

`unet` and `resnet` are what `--teacher` names: they take a file of weights and return the generator.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn


class UNet(nn.Module):
    """[N, 3, H, W] in [-1, 1] -> the same, H and W multiples of 2^levels. With width 64 and 8 levels: pix2pix's."""

    def __init__(self, width: int = 64, levels: int = 8):
        super().__init__()
        sizes = [3, *(width * min(2**k, 8) for k in range(levels))]
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for k, (outer, inner) in enumerate(zip(sizes, sizes[1:], strict=False)):
            inside = 0 < k < levels - 1
            norm = [nn.BatchNorm2d(inner)] if inside else []
            self.down.append(nn.Sequential(nn.Conv2d(outer, inner, 4, 2, 1), *norm, nn.LeakyReLU(0.2, inplace=True)))
            up = nn.ConvTranspose2d(inner if k == levels - 1 else 2 * inner, outer, 4, 2, 1)
            end = [nn.BatchNorm2d(outer), nn.ReLU(inplace=True)] if k else [nn.Tanh()]
            self.up.append(nn.Sequential(up, *end))

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for down in self.down:
            x = down(x)
            skips.append(x)
        x = self.up[-1](skips.pop())
        for up in list(self.up)[-2::-1]:
            x = up(torch.cat([skips.pop(), x], 1))
        return x


class Block(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        first, second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.layers = nn.Sequential(*_layer(first), second, nn.InstanceNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class ResNet(nn.Sequential):
    """[N, 3, H, W] in [-1, 1] -> the same, H and W multiples of 4: a plain row of layers."""

    def __init__(self, width: int = 64, levels: int = 6):
        blocks = [Block(4 * width) for _ in range(levels)]
        down = [_layer(nn.Conv2d(k * width, 2 * k * width, 3, 2, 1)) for k in (1, 2)]
        up = [_layer(nn.ConvTranspose2d(k * width, k * width // 2, 4, 2, 1)) for k in (4, 2)]
        layers = [*_layer(nn.Conv2d(3, width, 7, padding=3)), *down[0], *down[1], *blocks, *up[0], *up[1]]
        super().__init__(*layers, nn.Conv2d(width, 3, 7, padding=3), nn.Tanh())


def unet(path: Path) -> UNet:
    """The U-Net of a file that examples/train_generator.py wrote."""
    return _read(UNet, path)


def resnet(path: Path) -> ResNet:
    """The ResNet of such a file."""
    return _read(ResNet, path)


def _read(kind: Callable[..., nn.Module], path: Path) -> nn.Module:
    saved = torch.load(path, weights_only=True)
    if not {"width", "levels", "weights"} <= saved.keys():
        raise ValueError(f"{path} is no file of examples/train_generator.py")
    generator = kind(saved["width"], saved["levels"])
    generator.load_state_dict(saved["weights"])
    return generator


def _layer(conv: nn.Conv2d | nn.ConvTranspose2d) -> list[nn.Module]:
    return [conv, nn.InstanceNorm2d(conv.out_channels), nn.ReLU()]
