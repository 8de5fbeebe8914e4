"""The generator's layers as they run on a frame: plain convolutions and norms with the style folded into their weights.

They hold tensors that were computed from the style and the published weights, so gradients reach both.
"""

import math

import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2  # of every leaky ReLU of the generator
GAIN = math.sqrt(2)  # of StyleGAN2's activations; it is positive, so it can be folded into the weights before them


class FoldedConv(nn.Module):
    """3x3 convolution that keeps the size, then a leaky ReLU: [N, in, h, w] -> [N, out, h, w]."""

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, dilation: int = 1):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.dilation = dilation

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv2d(x, self.weight, self.bias, padding=self.dilation, dilation=self.dilation)
        return F.leaky_relu(y, SLOPE, inplace=True)


class Upsampling(nn.Module):
    """What the layers that double a size hold: the weight and bias [out] of a convolution, and the blur [4, 4]."""

    weight: Tensor
    bias: Tensor
    blur: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, blur: Tensor):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.register_buffer("blur", blur)


class FoldedUpConv(Upsampling):
    """Transposed 3x3 convolution with stride 2, blur, leaky ReLU: [N, in, h, w] -> [N, out, 2h, 2w].

    The weight is [in, out, 3, 3].
    """

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv_transpose2d(x, self.weight, stride=2)  # [N, out, 2h + 1, 2w + 1]
        y = F.conv2d(y, per_channel(self.blur, y.shape[1]), self.bias, padding=1, groups=y.shape[1])
        return F.leaky_relu(y, SLOPE, inplace=True)


class FoldedToRGB(Upsampling):
    """up(skip) + conv1x1(x): x [N, C, 2h, 2w] and skip [N, 3, h, w] -> RGB [N, 3, 2h, 2w]."""

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        # Zeros between the pixels and then the blur are a transposed convolution by the blur, which is symmetric.
        upsampled = F.conv_transpose2d(skip, per_channel(self.blur, 3), stride=2, padding=1, groups=3)
        return upsampled + F.conv2d(x, self.weight, self.bias)


class FoldedAdaIN(nn.Module):
    """AdaIN(x) = scale * (x - mean(x)) / std(x) + shift, per channel: [N, C, h, w] -> the same shape.

    scale, shift: [C], computed from a style.

    Source: Huang and Belongie, Arbitrary Style Transfer in Real-time (2017), Eq. 8.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, scale: Tensor, shift: Tensor):
        super().__init__()
        self.register_buffer("scale", scale)
        self.register_buffer("shift", shift)

    def forward(self, x: Tensor) -> Tensor:
        return F.instance_norm(x, weight=self.scale, bias=self.shift)


class FoldedAdaResBlock(nn.Module):
    """x + residual(x), [N, C, h, w] -> the same shape."""

    def __init__(self, residual: nn.Sequential):
        super().__init__()
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        return x + self.residual(x)


def per_channel(kernel: Tensor, channels: int) -> Tensor:
    """A kernel [k, k], repeated for each group of a depthwise convolution: [channels, 1, k, k]."""
    return kernel.expand(channels, 1, *kernel.shape)
