import pytest
import torch
from torch import nn

from models.training.init import init_normal


def test_normal_initialisation_reaches_transposed_convolutions_and_leaves_biases():
    network = nn.Sequential(nn.Conv2d(32, 32, 3), nn.ConvTranspose2d(32, 32, 3))
    biases = [layer.bias.clone() for layer in network]
    init_normal(network, 0.02)
    for layer, bias in zip(network, biases, strict=True):
        assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
        assert torch.equal(layer.bias, bias)
