"""The folded forms compute what StyleGAN2 defines: modulate, demodulate, convolve, blur, activate."""

import math

import pytest
import torch
import torch.nn.functional as F

from models.teachers.vtoonify.stylegan import (
    EqualLinear,
    ModulatedConv,
    PixelNorm,
    StyledConv,
    StyleGAN2,
    ToRGB,
    channels,
)

STYLE = 6
KERNEL = torch.outer(*[torch.tensor([1.0, 3.0, 3.0, 1.0])] * 2) / 16


def zero_inserted(x):
    spread = x.new_zeros(*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])
    spread[:, :, ::2, ::2] = x
    return spread


def blurred(x, pad):
    x = F.pad(x, [*pad, *pad])
    return F.conv2d(x.flatten(0, 1)[:, None], KERNEL[None, None]).unflatten(0, x.shape[:2])[:, :, 0]


@pytest.fixture
def styled_conv():
    def make(upsample):
        layer = StyledConv(4, 3, STYLE, upsample)
        torch.nn.init.normal_(layer.activate["bias"])
        return layer

    return make


def test_channels_halve_above_64_pixels():
    assert [channels(512, size) for size in (4, 64, 128, 256, 512, 1024)] == [512, 512, 256, 128, 64, 32]


def test_demodulated_weights_have_norm_one_whatever_the_style():
    conv = ModulatedConv(4, 3, 3, STYLE)
    norms = conv.modulated(1000 * torch.randn(STYLE), demodulate=True).flatten(1).norm(dim=1)
    torch.testing.assert_close(norms, torch.ones(3))


def test_a_styled_convolution_scales_its_input_and_normalises_its_output(styled_conv):
    layer, style, x = styled_conv(False), torch.randn(STYLE), torch.randn(2, 4, 5, 6)
    weight, scales = layer.conv.weight[0] / math.sqrt(4 * 9), layer.conv.modulation(style)
    norm = (weight * scales[None, :, None, None]).square().sum((1, 2, 3)).sqrt()
    y = F.conv2d(x * scales[None, :, None, None], weight, padding=1) / norm[:, None, None]
    y = math.sqrt(2) * F.leaky_relu(y + layer.activate["bias"][:, None, None], 0.2)
    torch.testing.assert_close(layer.folded(style)(x), y)


def test_an_enlarging_convolution_blurs_what_it_upsampled(styled_conv):
    layer, style, x = styled_conv(True), torch.randn(STYLE), torch.randn(2, 4, 5, 6)
    y = F.conv_transpose2d(x, layer.conv.modulated(style, demodulate=True).transpose(0, 1), stride=2)
    y = blurred(y, (1, 1)) + layer.activate["bias"][:, None, None]
    torch.testing.assert_close(layer.folded(style)(x), math.sqrt(2) * F.leaky_relu(y, 0.2))
    assert y.shape == (2, 3, 10, 12)


def test_rgb_is_added_to_the_skip_upsampled_by_zeros_and_blur():
    layer, style = ToRGB(4, STYLE), torch.randn(STYLE)
    torch.nn.init.normal_(layer.bias)
    x, skip = torch.randn(2, 4, 10, 12), torch.randn(2, 3, 5, 6)
    rgb = F.conv2d(x, layer.conv.modulated(style, demodulate=False)) + layer.bias
    torch.testing.assert_close(layer.folded(style)(x, skip), rgb + blurred(zero_inserted(skip), (2, 1)))


def test_enlarging_a_constant_skip_leaves_it_constant_inside():
    upsampled = ToRGB(4, STYLE).folded(torch.randn(STYLE))(torch.zeros(1, 4, 12, 12), torch.full((1, 3, 6, 6), 0.5))
    torch.testing.assert_close(upsampled[:, :, 1:-1, 1:-1], torch.full((1, 3, 10, 10), 0.5))


def test_the_learning_rate_multiplier_of_a_linear_layer_also_scales_its_bias():
    layer, x = EqualLinear(4, 3, lr_mul=0.01, bias=2.0), torch.randn(5, 4)
    torch.testing.assert_close(layer(x), x @ layer.weight.T * 0.01 / 2 + 0.02)


def test_pixel_norm_makes_the_mean_square_one():
    normed = PixelNorm()(7 * torch.randn(3, 512))
    torch.testing.assert_close(normed.square().mean(-1), torch.ones(3))


def test_only_the_complete_network_holds_the_levels_below_the_first():
    used, complete = StyleGAN2(16, 3), StyleGAN2(16, 0)
    assert {*used.convs} == {str(i) for i in range(6, 16)} and {*used.to_rgbs} == {str(i) for i in range(3, 8)}
    assert len(complete.convs) == 16 and used.state_dict().keys() < complete.state_dict().keys()
