import math

import torch
import torch.nn.functional as F

from models.teachers.vtoonify.dualstylegan import DualStyleGAN, ModRes, StyleToNorm


def test_an_untrained_norm_neither_scales_nor_shifts_without_a_style():
    fixed = StyleToNorm(6, 4).fixed(torch.zeros(6))
    x = torch.randn(2, 4, 5, 6)
    torch.testing.assert_close(fixed(x), F.instance_norm(x))


def test_the_first_half_of_the_style_layer_is_the_scale():
    made, style, x = StyleToNorm(6, 4), torch.randn(6), torch.randn(2, 4, 5, 6)
    scale, shift = made.style(style).view(2, 4, 1, 1)
    torch.testing.assert_close(made.fixed(style)(x), scale * F.instance_norm(x) + shift)


def test_the_block_adds_the_degree_times_two_normalised_dilated_convolutions():
    block, style, x = ModRes(4, 6, dilation=2), torch.randn(6), torch.randn(2, 4, 7, 8)
    for conv in (block.conv, block.conv2):
        torch.nn.init.normal_(conv[1]["bias"])
    y = x
    for norm, conv in ((block.norm, block.conv), (block.norm2, block.conv2)):
        y = F.conv2d(norm.fixed(style)(y), conv[0]["weight"] / 6, padding=2, dilation=2)
        y = math.sqrt(2) * F.leaky_relu(y + conv[1]["bias"][:, None, None], 0.2)
    torch.testing.assert_close(block.fixed(style, 0.3)(x), x + 0.3 * y, atol=1e-5, rtol=1e-5)


def test_only_the_colour_rows_of_a_style_are_transformed():
    network, style = DualStyleGAN(16, 3), torch.randn(18, 16)
    colours = network.colours(style)
    assert torch.equal(colours[:7], style[:7])
    torch.testing.assert_close(colours[9], network.res["9"](style[9]))
