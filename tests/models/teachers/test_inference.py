import pytest
import torch
from torch import nn

from models.teachers.fast_norm import NormRelu
from models.teachers.inference import ConvNormRelu, rewritten
from models.teachers.narrow_conv import NarrowConv

CASES = {
    "conv norm relu": ([nn.Conv2d(4, 6, 3, 2, 1), nn.InstanceNorm2d(6), nn.ReLU()], [ConvNormRelu]),
    "transposed": ([nn.ConvTranspose2d(4, 6, 3, 2, 1, 1), nn.InstanceNorm2d(6), nn.ReLU()], [ConvNormRelu]),
    "no relu": ([nn.Conv2d(4, 6, 3), nn.InstanceNorm2d(6), nn.Tanh()], [ConvNormRelu, nn.Tanh]),
    "norm at a cut": ([nn.InstanceNorm2d(4, affine=True, eps=0.1), nn.ReLU(), nn.Tanh()], [NormRelu, nn.Tanh]),
    "conv at a cut": ([nn.ReLU(), nn.Conv2d(4, 6, 3)], [nn.ReLU, nn.Conv2d]),
    "narrow": ([nn.ReflectionPad2d(2), nn.Conv2d(4, 3, 5)], [NarrowConv]),
    "wide": ([nn.ReflectionPad2d(2), nn.Conv2d(4, 8, 5)], [nn.ReflectionPad2d, nn.Conv2d]),
    "padded once more": (
        [nn.ReflectionPad2d(1), nn.Conv2d(4, 3, 3, padding=1)],
        [nn.ReflectionPad2d, nn.Conv2d],
    ),
    "running statistics": (
        [nn.Conv2d(4, 6, 3), nn.InstanceNorm2d(6, track_running_stats=True)],
        [nn.Conv2d, nn.InstanceNorm2d],
    ),
    "nothing": ([], []),
}


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_layers_that_belong_together_become_one_and_compute_the_same(case):
    layers, kinds = CASES[case]
    original = nn.Sequential(*layers).eval()
    made = rewritten(original)
    assert [type(layer) for layer in made] == kinds
    x = torch.randn(2, 4, 9, 11) * 3 + 5
    torch.testing.assert_close(made(x), original(x), atol=1e-5, rtol=1e-5)


def test_a_layer_may_name_its_own_replacement():
    class Slow(nn.Module):
        def for_inference(self):
            return nn.Identity()

    assert [type(layer) for layer in rewritten(nn.Sequential(nn.Tanh(), Slow()))] == [nn.Tanh, nn.Identity]
