"""Heterogeneous convolution: most input channels seen by cheap 1 x 1 kernels, a few by 3 x 3 ones."""

from torch import Tensor, nn


class HetConv(nn.Module):
    """Each output channel sees 1/groups of the input channels with a 3 x 3 kernel and the others with a 1 x 1 kernel.

    y = conv3x3(x) + conv1x1(x) - conv1x1_group(x)

    The 3 x 3 and the subtracted 1 x 1 convolution are grouped, the other is dense: the last term takes back what the
    dense one added for the channels that the 3 x 3 kernels see.

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
    """`n_layers` times HetConv and ReLU; the first takes `in_channels`, all give `channels`."""
    layers = []
    for i in range(n_layers):
        layers += [HetConv(in_channels if i == 0 else channels, channels), nn.ReLU()]
    return nn.Sequential(*layers)
