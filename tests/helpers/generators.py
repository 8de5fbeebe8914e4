"""Small generators that this project does not know, as a user may have them."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SkipNet(nn.Module):
    """A U-Net of three levels with batch norm and activations that write into their input; sizes multiples of 8."""

    def __init__(self):
        super().__init__()
        self.down1, self.down2, self.down3 = (_down(*pair) for pair in ((3, 4), (4, 8), (8, 16)))
        self.up3, self.up2, self.up1 = (_up(*pair) for pair in ((16, 8), (16, 4), (8, 3)))

    def forward(self, x: Tensor) -> Tensor:
        first = self.down1(x)
        second = self.down2(first)
        third = self.up3(self.down3(second))
        up = self.up2(torch.cat([second, third], 1))
        return self.up1(torch.cat([first, up], 1)).tanh()


class Asking(SkipNet):
    """Looks at the size of its input, so torch.fx cannot follow it; and writes into features that it reads again."""

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2] % 8:
            raise ValueError("the height must be a multiple of 8")
        first = self.down1(x)
        second = self.down2(first)
        third = self.up3(self.down3(second))
        up = F.interpolate(self.up2(torch.cat([second, third], 1)), size=first.shape[2:]).mul_(2)
        return self.up1(torch.cat([first, up], 1)).tanh()


class Residual(nn.Module):
    """x + its layers, the first of which writes into x before it is added."""

    def __init__(self, channels: int):
        super().__init__()
        self.relu, self.conv = nn.ReLU(inplace=True), nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(self.relu(x))


def row() -> nn.Sequential:
    """A plain sequence of layers; sizes multiples of 2."""
    return nn.Sequential(
        *(nn.Conv2d(3, 4, 4, 2, 1), nn.InstanceNorm2d(4), nn.ReLU(inplace=True), nn.Conv2d(4, 8, 3, padding=1)),
        *(nn.ReLU(inplace=True), nn.Conv2d(8, 4, 3, padding=1), nn.ConvTranspose2d(4, 3, 4, 2, 1), nn.Tanh()),
    )


def made(kind, seed: int = 0) -> nn.Module:
    """`kind()` with random weights and statistics, in eval mode."""
    torch.manual_seed(seed)
    generator = kind().eval()
    for layer in generator.modules():
        if isinstance(layer, nn.BatchNorm2d) and layer.running_mean is not None:
            nn.init.normal_(layer.running_mean)
            nn.init.uniform_(layer.running_var, 0.5, 2)
    return generator


def _down(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 4, 2, 1), nn.BatchNorm2d(after), nn.LeakyReLU(0.2, inplace=True))


def _up(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(nn.ConvTranspose2d(before, after, 4, 2, 1), nn.BatchNorm2d(after))
