import pytest
import torch
import torch.nn.functional as F
from torch import nn

from models.teachers.fast_norm import NormRelu, moments


def image(*shape, channels_last):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0)) * 3 + 5
    return x.contiguous(memory_format=torch.channels_last) if channels_last else x


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("relu", [False, True])
def test_it_is_instance_norm_and_relu_also_in_place(channels_last, relu):
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
