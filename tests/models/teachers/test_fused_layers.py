import pytest
import torch
import torch.nn.functional as F
from torch import nn

from models.evaluation.cost import count_macs
from models.teachers.fused_layers import ConvNormRelu, NarrowConv, NormRelu, fuse_layers, is_narrow, moments

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
    "batch norm": ([nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU()], [nn.Conv2d, nn.ReLU]),
    "transposed, batch norm": ([nn.ConvTranspose2d(4, 6, 4, 2, 1), nn.BatchNorm2d(6)], [nn.ConvTranspose2d]),
    "nothing": ([], []),
}


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_layers_that_belong_together_become_one_and_compute_the_same(case):
    layers, kinds = CASES[case]
    original = nn.Sequential(*layers)
    original(torch.randn(4, 4, 9, 11) + 1)  # batch norm gets running statistics
    original.eval()
    made = fuse_layers(original)
    assert [type(layer) for layer in made] == kinds
    x = torch.randn(2, 4, 9, 11) * 3 + 5
    torch.testing.assert_close(made(x), original(x), atol=1e-5, rtol=1e-5)


def test_a_layer_may_name_its_own_replacement():
    class Slow(nn.Module):
        def for_inference(self):
            return nn.Identity()

    assert [type(layer) for layer in fuse_layers(nn.Sequential(nn.Tanh(), Slow()))] == [nn.Tanh, nn.Identity]


def image(*shape, channels_last):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)) * 3 + 5
    return x.contiguous(memory_format=torch.channels_last) if channels_last else x


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("relu", [False, True])
def test_a_norm_is_instance_norm_and_relu_also_in_place(channels_last, relu):
    x, layer = image(2, 6, 9, 7, channels_last=channels_last), NormRelu(nn.InstanceNorm2d(6, eps=0.1), relu)
    expected = F.instance_norm(x, eps=0.1)
    expected = expected.relu() if relu else expected
    torch.testing.assert_close(layer(x), expected)
    assert layer.into(x, x) is x
    torch.testing.assert_close(x, expected)


@pytest.mark.parametrize("shape", [(1, 3, 256, 512), (1, 3, 5, 10_000), (1, 3, 33, 500)])
def test_moments_of_a_large_image_are_precise(shape):
    x = image(*shape, channels_last=True)
    var, mean = torch.var_mean(x.double(), (0, 2, 3), correction=0)
    got_mean, got_var = moments(x)
    torch.testing.assert_close(got_mean.double(), mean, rtol=3e-6, atol=0)
    torch.testing.assert_close(got_var.double(), var, rtol=3e-6, atol=0)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_statistics_of_half_precision_are_single(dtype):
    x = (torch.randn(1, 2, 40, 50) + 100).to(dtype)  # neighbouring bfloat16 numbers are 0.5 apart here
    mean, var = moments(x)
    assert mean.dtype == var.dtype == torch.float32
    torch.testing.assert_close(mean, x.float().mean((0, 2, 3)), rtol=1e-5, atol=0)
    expected = F.instance_norm(x.float())
    torch.testing.assert_close(NormRelu(nn.InstanceNorm2d(2), relu=False)(x).float(), expected, atol=0.02, rtol=0.02)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("kernel", "size"), [(7, (9, 12)), (7, (4, 5)), (7, (6, 6)), (3, (2, 2)), (5, (30, 8))])
@torch.no_grad()
def test_a_narrow_convolution_is_reflection_padding_and_convolution(kernel, size, bias):
    conv, pad = nn.Conv2d(6, 3, kernel, bias=bias), nn.ReflectionPad2d(kernel // 2)
    x = torch.randn(2, 6, *size).contiguous(memory_format=torch.channels_last)
    made = NarrowConv(conv)
    torch.testing.assert_close(made(x), conv(pad(x)), atol=1e-5, rtol=1e-5)
    assert count_macs(made, x) == count_macs(lambda x: conv(pad(x)), x)


@pytest.mark.parametrize(
    ("conv", "padding"),
    [
        (nn.Conv2d(4, 8, 3), (1, 1, 1, 1)),
        (nn.Conv2d(4, 3, 3), (2, 2, 2, 2)),
        (nn.Conv2d(4, 3, 3), (1, 1, 0, 0)),
        (nn.Conv2d(4, 3, 1), (0, 0, 0, 0)),
        (nn.Conv2d(4, 3, 3, stride=2), (1, 1, 1, 1)),
        (nn.Conv2d(4, 2, 3, groups=2), (1, 1, 1, 1)),
        (nn.ConvTranspose2d(4, 3, 3), (1, 1, 1, 1)),
    ],
)
def test_other_layers_are_not_narrow(conv, padding):
    assert is_narrow(nn.Conv2d(4, 3, 3), (1, 1, 1, 1))
    assert not is_narrow(conv, padding)
