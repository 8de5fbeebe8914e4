import pytest
import torch
from torch import nn

from models.evaluation.cost import count_macs
from models.teachers.narrow_conv import NarrowConv, is_narrow


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("kernel", "size"), [(7, (9, 12)), (7, (4, 5)), (7, (6, 6)), (3, (2, 2)), (5, (30, 8))])
@torch.no_grad()
def test_it_is_reflection_padding_and_convolution(kernel, size, bias):
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
def test_other_layers_are_not_taken(conv, padding):
    assert is_narrow(nn.Conv2d(4, 3, 3), (1, 1, 1, 1))
    assert not is_narrow(conv, padding)
