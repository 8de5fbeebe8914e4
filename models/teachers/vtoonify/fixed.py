"""What runs on a frame: plain convolutions and norms, all that depends on the style folded into their weights.

They hold tensors that somebody else computed, so that gradients reach whatever those were computed from.
"""

import math

import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2  # of every leaky ReLU of the generator
GAIN = math.sqrt(2)  # that StyleGAN2 gives its activations; positive, so it can be folded into the weights before them


class FixedConv(nn.Module):
    """3x3 convolution of equal size, then a leaky ReLU: [N, in, h, w] -> [N, out, h, w]."""

    def __init__(self, weight: Tensor, bias: Tensor, dilation: int = 1):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.dilation = dilation

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv2d(x, self.weight, self.bias, padding=self.dilation, dilation=self.dilation)
        return F.leaky_relu(y, SLOPE, inplace=True)


class FixedUpConv(nn.Module):
    """Transposed 3x3 convolution with stride 2, blur, leaky ReLU: [N, in, h, w] -> [N, out, 2h, 2w].

    Args:
        weight: [in, out, 3, 3].
        bias: [out].
        blur: [4, 4].
    """

    def __init__(self, weight: Tensor, bias: Tensor, blur: Tensor):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.register_buffer("blur", blur)

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv_transpose2d(x, self.weight, stride=2)  # [N, out, 2h + 1, 2w + 1]
        y = F.conv2d(y, per_channel(self.blur, y.shape[1]), self.bias, padding=1, groups=y.shape[1])
        return F.leaky_relu(y, SLOPE, inplace=True)


class FixedToRGB(nn.Module):
    """x [N, c, 2h, 2w] to RGB, added to the enlarged skip [N, 3, h, w] -> [N, 3, 2h, 2w]."""

    def __init__(self, weight: Tensor, bias: Tensor, blur: Tensor):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.register_buffer("blur", blur)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        # Zeros between the pixels, then the blur, is a transposed convolution by the (symmetric) blur.
        enlarged = F.conv_transpose2d(skip, per_channel(self.blur, 3), stride=2, padding=1, groups=3)
        return enlarged + F.conv2d(x, self.weight, self.bias)


class FixedNorm(nn.Module):
    """Instance norm whose scale and shift [C] came from a style (AdaIN), [N, C, h, w] -> the same.

    Source: Huang and Belongie, Arbitrary Style Transfer in Real-time (2017), Eq. 8.
    """

    def __init__(self, scale: Tensor, shift: Tensor):
        super().__init__()
        self.register_buffer("scale", scale)
        self.register_buffer("shift", shift)

    def forward(self, x: Tensor) -> Tensor:
        return F.instance_norm(x, weight=self.scale, bias=self.shift)


def per_channel(kernel: Tensor, channels: int) -> Tensor:
    """One kernel [k, k] for each of the groups of a depthwise convolution, [channels, 1, k, k]."""
    return kernel.expand(channels, 1, *kernel.shape)
