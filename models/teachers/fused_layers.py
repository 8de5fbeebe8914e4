"""Layers of a teacher fused for speed: the same function in fewer passes over memory, for inference only."""

from functools import reduce
from typing import Protocol, TypeGuard, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

BAND = 8192  # pixels; a band of 64 channels fits into the cache of a core
NARROW = 8  # with fewer outputs than this most of a vector register, or of a GPU's tile, stays empty


@runtime_checkable
class HasInferenceForm(Protocol):
    """A module that makes a faster form of itself, which computes the same up to rounding."""

    def for_inference(self) -> nn.Module: ...


def fuse_layers(layers: nn.Sequential) -> nn.Sequential:
    """The same function made of faster layers. It may share weights with `layers`.

    These become one layer each: convolution + instance norm (+ ReLU), instance norm (+ ReLU), convolution + batch norm,
    and reflection padding + narrow convolution. A layer with a method `for_inference` is replaced by what that returns.
    Any other layer stays.
    No new layer writes into its input, so any slice of the result can run like a slice of the original.
    """
    rest, fused = list(layers), []
    while rest:
        layer = _next_layer(rest)
        fused.append(layer.for_inference() if isinstance(layer, HasInferenceForm) else layer)
    return nn.Sequential(*fused)


class NormRelu(nn.Module):
    """Instance norm, then ReLU if `relu`: x [N, C, H, W] -> the same shape. Statistics are fp32 for any type of x."""

    def __init__(self, norm: nn.InstanceNorm2d, relu: bool):
        super().__init__()
        self.norm, self.relu = norm, relu

    def forward(self, x: Tensor) -> Tensor:
        return self.into(torch.empty_like(x), x)

    def into(self, out: Tensor, x: Tensor) -> Tensor:
        """Writes the result to `out`, which may be x, and returns it.

        A new tensor of this size can cost more than the norm itself: on Linux every page of it is a page fault.
        """
        unused = x.new_empty(2, x.shape[1], dtype=torch.float32)
        weight, bias = _float32(self.norm.weight, 1, x), _float32(self.norm.bias, 0, x)
        for sample, normed in zip(x.split(1), out.split(1), strict=True):  # of one sample batch norm is instance norm
            mean, var = (None, None) if x.is_cuda else moments(sample)  # None: CUDA's operator computes its own
            arguments = (sample, weight, bias, mean, var, mean is None, 0.0, self.norm.eps)
            torch.native_batch_norm(*arguments, out=(normed, *unused))
        return out.relu_() if self.relu else out


class ConvNormRelu(nn.Module):
    """Convolution or transposed convolution; its output is normalised in place."""

    def __init__(self, conv: nn.Conv2d | nn.ConvTranspose2d, norm: NormRelu):
        super().__init__()
        self.conv, self.norm = conv, norm

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return self.norm.into(y, y)


class NarrowConv(nn.Module):
    """Reflection padding and a k x k convolution with O < NARROW outputs: x [N, C, H, W] -> [N, O, H, W].

    It is computed as a 1 x k convolution with k * O outputs, one group of O for each row of the kernel. The k groups
    are then shifted vertically and added. There are as many multiplications, and k times as many outputs share each
    load of x. An image generator's last layer is such a convolution.
    """

    def __init__(self, conv: nn.Conv2d):
        super().__init__()
        by_row = conv.weight.detach().permute(2, 0, 1, 3)  # [k, O, C, k]
        self.weight = nn.Parameter(by_row.flatten(0, 1).unsqueeze(2))  # [k * O, C, 1, k]
        self.bias, self.pad = conv.bias, conv.kernel_size[0] // 2

    def forward(self, x: Tensor) -> Tensor:
        pad, height = self.pad, x.shape[2]
        groups = F.pad(self._groups(x), (0, 0, pad, pad), mode="reflect").chunk(2 * pad + 1, dim=1)
        y = reduce(torch.add, (group[:, :, row : row + height] for row, group in enumerate(groups)))
        return y if self.bias is None else y + self.bias.view(-1, 1, 1)

    def _groups(self, x: Tensor) -> Tensor:
        """x [N, C, H, W] -> [N, k * O, H, W], the outputs of each row of the kernel."""
        pad = self.pad
        if x.shape[3] <= 2 * pad:
            return F.conv2d(F.pad(x, (pad, pad, 0, 0), mode="reflect"), self.weight)
        # Only strips at the borders are padded: a padded copy of x would take almost as long as the convolution.
        left = F.pad(x[..., : 2 * pad], (pad, 0, 0, 0), mode="reflect")
        right = F.pad(x[..., -2 * pad :], (0, pad, 0, 0), mode="reflect")
        return torch.cat([F.conv2d(part, self.weight) for part in (left, x, right)], dim=3)


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """x [1, C, H, W] on a CPU -> mean and biased variance of each channel, both [C], fp32.

    torch adds up a channels-last image in one fp32 sum per channel and thread, and the rounding error of that sum grows
    with the image. Here every band of rows has its own sum.
    """
    bands = x.split(max(1, BAND // x.shape[3]), dim=2)
    means, variances = (torch.stack(each) for each in zip(*map(_band_moments, bands), strict=True))
    share = means.new_tensor([[band.shape[2] / x.shape[2]] for band in bands])
    mean = (share * means).sum(0)
    return mean, (share * (variances + (means - mean).square())).sum(0)


def is_narrow(conv: nn.Module | None, padding: tuple[int, int, int, int]) -> TypeGuard[nn.Conv2d]:
    """Whether a `NarrowConv` can replace reflection padding by `padding` and this layer."""
    if type(conv) is not nn.Conv2d or conv.out_channels >= NARROW:
        return False
    pad = padding[0]
    plain = conv.groups == 1 and conv.stride == conv.dilation == (1, 1) and conv.padding in ((0, 0), "valid")
    return plain and pad > 0 and padding == (pad,) * 4 and conv.kernel_size == (2 * pad + 1,) * 2


def _next_layer(rest: list[nn.Module]) -> nn.Module:
    """One layer made of as many of the remaining ones as can be fused; they are removed from `rest`."""
    layer = rest.pop(0)
    following = rest[0] if rest else None
    if _is_norm(layer):
        return _norm_relu(layer, rest)
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) and _is_norm(following):
        del rest[0]
        return ConvNormRelu(layer, _norm_relu(following, rest))
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) and isinstance(following, nn.BatchNorm2d):
        if following.running_mean is not None and not following.training:
            del rest[0]
            return fuse_conv_bn_eval(layer, following, transpose=isinstance(layer, nn.ConvTranspose2d))
    if type(layer) is nn.ReflectionPad2d and is_narrow(following, layer.padding):
        del rest[0]
        return NarrowConv(following)
    return layer


def _norm_relu(norm: nn.InstanceNorm2d, rest: list[nn.Module]) -> NormRelu:
    relu = bool(rest) and type(rest[0]) is nn.ReLU
    if relu:
        rest.pop(0)
    return NormRelu(norm, relu)


def _is_norm(layer: nn.Module | None) -> TypeGuard[nn.InstanceNorm2d]:
    return type(layer) is nn.InstanceNorm2d and not layer.track_running_stats


def _band_moments(band: Tensor) -> tuple[Tensor, Tensor]:
    running = band.new_zeros(2, band.shape[1], dtype=torch.float32)  # makes the operator return fp32
    return torch.batch_norm_update_stats(band, *running, momentum=0.0)


def _float32(parameter: Tensor | None, default: float, x: Tensor) -> Tensor:
    return x.new_full(x.shape[1:2], default, dtype=torch.float32) if parameter is None else parameter.float()
