"""VToonify's encoder, shared by both backbones, under its published weight names."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from models.teachers.vtoonify.fixed import SLOPE

INPUT_CHANNELS = 22  # RGB and the logits of 19 face parts
RESIDUAL_BLOCKS = 6


class ResidualBlock(nn.Module):
    """(x + two 3x3 convolutions with leaky ReLU) / sqrt(2), [N, C, h, w] -> the same."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        y = F.leaky_relu(self.conv(x), SLOPE)
        return (x + F.leaky_relu(self.conv2(y), SLOPE)) / math.sqrt(2)


def encoder(width: int) -> nn.Sequential:
    """0-3: features at 1, 1/2, 1/4 and 1/8 of the size; 4: residual blocks; 5: features to a first RGB image."""
    return nn.Sequential(
        _two_convs(INPUT_CHANNELS, width // 16, width // 4, stride=1),
        _two_convs(width // 4, width // 2, width // 2, stride=2),
        _two_convs(width // 2, width, width, stride=2),
        _two_convs(width, width, width, stride=2),
        nn.Sequential(*(ResidualBlock(width) for _ in range(RESIDUAL_BLOCKS))),
        nn.Conv2d(width, 3, 1),
    )


def _two_convs(in_channels: int, between: int, out_channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, between, 3, stride=stride, padding=1),
        nn.LeakyReLU(SLOPE, inplace=True),
        nn.Conv2d(between, out_channels, 3, padding=1),
        nn.LeakyReLU(SLOPE, inplace=True),
    )
