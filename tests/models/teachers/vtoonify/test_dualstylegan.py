import math

import torch
import torch.nn.functional as F
from torch import nn

from models.teachers.vtoonify.dualstylegan import AdaIN, AdaResBlock, DualStyleGAN, FusionWeights
from models.teachers.vtoonify.styled import PlainFusion

F_G, SKIP, F_E = torch.randn(2, 4, 5, 6), torch.randn(2, 3, 5, 6), torch.randn(2, 4, 5, 6)


def test_an_untrained_norm_neither_scales_nor_shifts_without_a_style():
    folded = AdaIN(6, 4).folded(torch.zeros(6))
    x = torch.randn(2, 4, 5, 6)
    torch.testing.assert_close(folded(x), F.instance_norm(x))


def test_the_first_half_of_the_style_layer_is_the_scale():
    made, style, x = AdaIN(6, 4), torch.randn(6), torch.randn(2, 4, 5, 6)
    scale, shift = made.style(style).view(2, 4, 1, 1)
    torch.testing.assert_close(made.folded(style)(x), scale * F.instance_norm(x) + shift)


def test_the_block_adds_the_degree_times_two_normalised_dilated_convolutions():
    block, style, x = AdaResBlock(4, 6, dilation=2), torch.randn(6), torch.randn(2, 4, 7, 8)
    for conv in (block.conv, block.conv2):
        torch.nn.init.normal_(conv[1]["bias"])
    y = x
    for norm, conv in ((block.norm, block.conv), (block.norm2, block.conv2)):
        y = F.conv2d(norm.folded(style)(y), conv[0]["weight"] / 6, padding=2, dilation=2)
        y = math.sqrt(2) * F.leaky_relu(y + conv[1]["bias"][:, None, None], 0.2)
    torch.testing.assert_close(block.folded(style, 0.3)(x), x + 0.3 * y, atol=1e-5, rtol=1e-5)


def test_only_the_colour_rows_of_a_style_are_transformed():
    network, style = DualStyleGAN(16, 3), torch.randn(18, 16)
    colours = network.colours(style)
    assert torch.equal(colours[:7], style[:7])
    torch.testing.assert_close(colours[9], network.res["9"](style[9]))


def skip_conv():
    return nn.Conv2d(7, 3, 3, padding=1)


def test_the_mask_is_a_weight():
    mask = FusionWeights(4).folded(0.5, skip_conv()).mask(F_G, 10 * F_E)
    assert mask.shape == (2, 1, 5, 6) and 0 <= mask.min() < mask.max() < 1


def test_the_mask_knows_the_degree():
    weights, skip = FusionWeights(4), skip_conv()
    masks = [weights.folded(degree, skip).mask(F_G, F_E) for degree in (0.0, 1.0)]
    assert not torch.allclose(*masks)


def test_where_the_mask_is_one_the_fusion_is_the_plain_one():
    weights, skip = FusionWeights(4), skip_conv()
    nn.init.constant_(weights.conv2.bias, 1e3)
    masked = weights.folded(0.5, skip)(F_G, SKIP, F_E)
    torch.testing.assert_close(masked, PlainFusion(weights.conv, skip)(F_G, SKIP, F_E))


def test_where_the_mask_is_zero_the_encoder_is_not_seen():
    weights, skip = FusionWeights(4), skip_conv()
    nn.init.constant_(weights.conv2.bias, -1e3)
    fusion = weights.folded(0.5, skip)
    torch.testing.assert_close(fusion(F_G, SKIP, F_E), fusion(F_G, SKIP, -F_E))
