import pytest
import torch
from torch import nn

from examples.generators import ResNet, UNet
from models.teachers.any_generator.graph import layer_graph
from models.teachers.any_generator.sizes import size_multiple
from tests.helpers.generators import Asking, SkipNet, made, row


class AtOneSize(nn.Module):
    """Takes 64 x 64 px and nothing else."""

    def __init__(self):
        super().__init__()
        self.conv, self.place = nn.Conv2d(3, 3, 3, padding=1), nn.Parameter(torch.ones(1, 3, 64, 64))

    def forward(self, x):
        return self.conv(x) * self.place


CASES = {
    "a U-Net of 5 levels": (lambda: UNet(4, 5), 32),
    "a U-Net of 3 levels": (SkipNet, 8),
    "it looks at its size": (Asking, 8),
    "two strides of 2": (lambda: ResNet(4, 1), 4),
    "a sequence with a stride of 2": (row, 2),
    "every size": (lambda: nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(3))), 1),
    "every size, enlarged": (lambda: nn.Sequential(nn.Conv2d(3, 12, 1), nn.PixelShuffle(2), nn.Tanh()), 1),
    "one size": (AtOneSize, 64),
}


@pytest.mark.parametrize("case", CASES)
def test_the_multiple_that_sides_must_be_of_is_found(case):
    kind, expected = CASES[case]
    graph = layer_graph(made(kind), torch.rand(1, 3, 64, 64) * 2 - 1)
    assert size_multiple(graph) == expected
    assert next(graph.module.parameters()).device.type == "cpu"  # the generator itself is as it was
