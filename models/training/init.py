"""Initial weights of the teacher's networks and of the Shortcut's discriminators."""

from typing import TypeVar

from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)
CONVOLUTIONS = (nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)


def init_normal(network: Network, std: float = 0.02) -> Network:
    """`network` with every convolution weight drawn from N(0, std); biases keep torch's default."""
    for module in network.modules():
        if isinstance(module, CONVOLUTIONS):
            nn.init.normal_(_raw_weight(module), 0.0, std)
    return network


def init_xavier(network: Network, gain: float = 0.02) -> Network:
    """`network` with every convolution weight drawn by Xavier's rule; biases keep torch's default."""
    for module in network.modules():
        if isinstance(module, CONVOLUTIONS):
            nn.init.xavier_normal_(_raw_weight(module), gain)
    return network


def _raw_weight(module: nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d) -> Tensor:
    # Spectral norm recomputes `weight` from `weight_orig` at every forward pass.
    return getattr(module, "weight_orig", module.weight)
