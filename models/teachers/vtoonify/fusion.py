"""Fusion of the generator's features with the encoder's, one per resolution, under the published weight names."""

import torch
from torch import Tensor, nn

from models.teachers.vtoonify.dualstylegan import StyleToNorm
from models.teachers.vtoonify.fixed import SLOPE, FixedNorm

DEGREE_CHANNELS = (64, 128)


class PlainFusion(nn.Module):
    """Features and skip each meet the encoder's features f_e in one convolution: backbone `toonify`."""

    def __init__(self, conv: nn.Conv2d, skip_conv: nn.Conv2d):
        super().__init__()
        self.conv, self.skip_conv = conv, skip_conv

    def forward(self, f_g: Tensor, skip: Tensor, f_e: Tensor) -> tuple[Tensor, Tensor]:
        """f_g [N, C, h, w], skip [N, 3, h, w], f_e [N, C, h, w] -> new features and skip, same shapes."""
        return self.conv(torch.cat([f_g, f_e], 1)), self.skip_conv(torch.cat([skip, f_e], 1))


class MaskedFusion(PlainFusion):
    """The same, f_e weakened first by a mask that the degree of the style controls: backbone `dualstylegan`.

    Source: Yang et al., VToonify: Controllable High-Resolution Portrait Video Style Transfer (2022).
    """

    def __init__(self, conv: nn.Conv2d, skip_conv: nn.Conv2d, norm: FixedNorm, mask_conv: nn.Conv2d):
        super().__init__(conv, skip_conv)
        self.norm, self.mask_conv = norm, mask_conv

    def mask(self, f_g: Tensor, f_e: Tensor) -> Tensor:
        """[N, 1, h, w] in [0, 1): the weight of f_e."""
        difference = self.norm(torch.cat([f_g, (f_g - f_e).abs()], 1))
        return self.mask_conv(difference).relu().tanh()

    def forward(self, f_g: Tensor, skip: Tensor, f_e: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(f_g, skip, f_e * self.mask(f_g, f_e))


class FusionWeights(nn.Module):
    """Weights of one masked fusion; a small network turns the degree of the style into its norm's scale and shift."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(2 * channels, channels, 3, padding=1)
        self.norm = StyleToNorm(DEGREE_CHANNELS[1], 2 * channels)
        self.conv2 = nn.Conv2d(2 * channels, 1, 3, padding=1)
        self.linear = nn.Sequential(
            nn.Linear(1, DEGREE_CHANNELS[0]),
            nn.LeakyReLU(SLOPE),
            nn.Linear(*DEGREE_CHANNELS),
            nn.LeakyReLU(SLOPE),
        )

    def fixed(self, degree: float, skip_conv: nn.Conv2d) -> MaskedFusion:
        label = self.linear(self.conv.weight.new_tensor([degree]))
        return MaskedFusion(self.conv, skip_conv, self.norm.fixed(label), self.conv2)
