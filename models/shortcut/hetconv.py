"""Heterogeneous convolution: cheap 1 x 1 kernels for most input channels, 3 x 3 kernels for a few."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class HetConv(nn.Module):
    """Each output channel has 3 x 3 kernels for 1/groups of the input channels and 1 x 1 kernels for the others.

    y = conv3x3(x) + conv1x1(x) - conv1x1_group(x)

    The 3 x 3 and the subtracted 1 x 1 convolution are grouped, the other 1 x 1 convolution is dense. The last term
    removes what the dense one adds for the channels that have 3 x 3 kernels.

    Args:
        in_channels, out_channels: both multiples of `groups`.
        groups: P of the paper; one of P input channels has 3 x 3 kernels.

    Raises:
        ValueError: channels that do not divide into the groups.

    Source: Singh et al., HetConv (CVPR 2019).
    """

    def __init__(self, in_channels: int, out_channels: int, groups: int = 4):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError(f"HetConv channels must be multiples of {groups}, got {in_channels} -> {out_channels}")
        self.conv3x3 = nn.Conv2d(in_channels, out_channels, 3, padding=1, groups=groups)
        self.conv1x1 = nn.Conv2d(in_channels, out_channels, 1)
        self.conv1x1_group = nn.Conv2d(in_channels, out_channels, 1, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """x [N, in_channels, H, W] -> [N, out_channels, H, W]."""
        return self.conv3x3(x) + self.conv1x1(x) - self.conv1x1_group(x)


def hetconv_layers(in_channels: int, channels: int, n_layers: int) -> nn.Sequential:
    """`n_layers` times HetConv and ReLU: [N, in_channels, H, W] -> [N, channels, H, W]."""
    layers = []
    for i in range(n_layers):
        layers += [HetConv(in_channels if i == 0 else channels, channels), nn.ReLU()]
    return nn.Sequential(*layers)


class FoldedHetConv(nn.Module):
    """A `HetConv` in two convolutions: the subtracted 1 x 1 kernels are folded into the centres of the 3 x 3 kernels.

    It can be cut into `parts`. Each takes its share of the input channels, and the sum of their outputs is the layer's.

    Args:
        layer: the layer, which does not change.
        parts, part: how many parts of equal size, and which one this is, from 0.
    """

    grouped: Tensor
    dense: Tensor
    bias: Tensor

    @torch.no_grad()
    def __init__(self, layer: HetConv, parts: int = 1, part: int = 0):
        super().__init__()
        self.groups = layer.conv3x3.groups // parts
        kernels = layer.conv3x3.weight.clone()
        kernels[:, :, 1, 1] -= layer.conv1x1_group.weight[:, :, 0, 0]
        bias = bias_of(layer.conv3x3) + bias_of(layer.conv1x1) - bias_of(layer.conv1x1_group)
        self.register_buffer("grouped", kernels.chunk(parts)[part].clone())
        self.register_buffer("dense", layer.conv1x1.weight.chunk(parts, dim=1)[part].clone())
        self.register_buffer("bias", bias if part == 0 else torch.zeros_like(bias))
        size = len(bias) // parts
        self.outputs = slice(part * size, (part + 1) * size)  # the channels that have 3 x 3 kernels for this input

    def forward(self, x: Tensor) -> Tensor:
        """x [N, in_channels / parts, H, W] -> [N, out_channels, H, W]."""
        y = F.conv2d(x, self.dense, self.bias)
        y[:, self.outputs] += F.conv2d(x, self.grouped, padding=1, groups=self.groups)
        return y


class FoldedLayers(nn.Module):
    """`hetconv_layers` over the channels of two inputs, for inference. The second input's part can be kept.

    layers(x, layers.of_second(z)) = hetconv_layers(cat[x, z])
    """

    def __init__(self, layers: nn.Sequential):
        super().__init__()
        first, *others = (layer for layer in layers if isinstance(layer, HetConv))
        self.of_first, self.of_second = FoldedHetConv(first, 2, 0), FoldedHetConv(first, 2, 1)
        self.others = nn.ModuleList(FoldedHetConv(layer) for layer in others)

    def forward(self, x: Tensor, second: Tensor) -> Tensor:
        """x [N, in_channels / 2, H, W] and `of_second` of the other input -> [N, channels, H, W]."""
        y = self.of_first(x).add_(second).relu_()
        for layer in self.others:
            y = layer(y).relu_()
        return y


def bias_of(conv: nn.Conv2d) -> Tensor:
    """[out_channels]; every convolution of a block has a bias."""
    assert conv.bias is not None
    return conv.bias


def copy_conv(conv: nn.Conv2d) -> nn.Conv2d:
    """A 1 x 1 convolution with the same weights, without gradients."""
    same = nn.Conv2d(conv.in_channels, conv.out_channels, 1)
    same.load_state_dict(conv.state_dict())
    return same
