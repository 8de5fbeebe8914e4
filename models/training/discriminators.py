"""The three discriminators: the teacher's, the Shortcut's per frame, and the Shortcut's over time."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm  # the old form: published files hold weight_orig, weight_u and weight_v

SLOPE = 0.2


class PatchDiscriminator(nn.Module):
    """Published `basic`: [N, 3, H, W] -> realness of patches [N, 1, h, w], no final sigmoid.

    Args:
        ndf: channels of the first convolution.
        n_layers: strided convolutions; 3 in the published models.
    """

    def __init__(self, ndf: int = 64, n_layers: int = 3):
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, ndf, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
        channels = ndf
        for n in range(1, n_layers + 1):
            wider = ndf * min(2**n, 8)
            stride = 2 if n < n_layers else 1
            layers += [nn.Conv2d(channels, wider, 4, stride=stride, padding=1), nn.InstanceNorm2d(wider)]
            layers += [nn.LeakyReLU(SLOPE)]
            channels = wider
        self.model = nn.Sequential(*layers, nn.Conv2d(channels, 1, 4, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class SpectralPatchDiscriminator(nn.Module):
    """Published `sn_basic`: [N, 3, H, W] -> realness of patches [N, C, h, w]. The GAN loss averages all C maps.

    Args:
        ndf: channels of the first convolution.
        n_layers: strided convolutions; 1 in the published models, where C = 2 * ndf.
    """

    def __init__(self, ndf: int = 64, n_layers: int = 1):
        super().__init__()
        self.model = _spectral_stack(nn.Conv2d, ndf, n_layers, kernel=4, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class TemporalPatchDiscriminator(nn.Module):
    """Published `temporal_patchGAN`: frames in order [N, 3, T, H, W] -> realness of patches [N, C, T, h, w].

    It convolves over time and space, with strides in space alone.

    Args:
        ndf, n_layers: see `SpectralPatchDiscriminator`.
    """

    def __init__(self, ndf: int = 64, n_layers: int = 1):
        super().__init__()
        self.model = _spectral_stack(ConvOverTime, ndf, n_layers, kernel=(3, 4, 4), stride=(1, 2, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class ConvOverTime(nn.Conv3d):
    """A 3D convolution of kernel 3, stride 1 and padding 1 in time. Two frames are computed by one 2D convolution.

    Of the three taps in time each of two frames meets two; the third one falls on the padding. So both frames' channels
    are convolved at once with 2/3 of the products, and in two dimensions, where bf16 is fast and its gradient right: in
    three, oneDNN's gradient held NaN (torch 2.14, AMD EPYC with avx512_bf16).
    """

    def forward(self, input: Tensor) -> Tensor:
        """[N, C, T, H, W] -> [N, C', T, h, w]."""
        if input.shape[2] != 2:
            return super().forward(input)
        taps = torch.stack(
            [self.weight[:, :, 1:], self.weight[:, :, :2]], dim=1
        )  # frame out, then in: [C', 2, C, 2, ...]
        bias = None if self.bias is None else self.bias.repeat_interleave(2)
        stride, padding = self.stride[1:], self.padding[1:]
        both = F.conv2d(input.flatten(1, 2), taps.flatten(2, 3).flatten(0, 1), bias, stride, padding)
        return both.unflatten(1, (-1, 2))


def _spectral_stack(conv: type[nn.Module], ndf: int, n_layers: int, kernel, stride) -> nn.Sequential:
    widths = [3] + [ndf * min(2**n, 8) for n in range(n_layers + 1)]
    layers: list[nn.Module] = []
    for n, (inputs, outputs) in enumerate(zip(widths[:-1], widths[1:], strict=True)):
        layer = conv(inputs, outputs, kernel, stride=stride if n < n_layers else 1, padding=1, bias=n == 0)
        layers += [spectral_norm(layer), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers, conv(widths[-1], widths[-1], kernel, padding=1))
