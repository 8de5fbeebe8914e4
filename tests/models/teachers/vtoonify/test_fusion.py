import torch
from torch import nn

from models.teachers.vtoonify.fusion import FusionWeights, PlainFusion

F_G, SKIP, F_E = torch.randn(2, 4, 5, 6), torch.randn(2, 3, 5, 6), torch.randn(2, 4, 5, 6)


def skip_conv():
    return nn.Conv2d(7, 3, 3, padding=1)


def test_the_mask_is_a_weight():
    mask = FusionWeights(4).fixed(0.5, skip_conv()).mask(F_G, 10 * F_E)
    assert mask.shape == (2, 1, 5, 6) and 0 <= mask.min() < mask.max() < 1


def test_the_mask_knows_the_degree():
    weights, skip = FusionWeights(4), skip_conv()
    masks = [weights.fixed(degree, skip).mask(F_G, F_E) for degree in (0.0, 1.0)]
    assert not torch.allclose(*masks)


def test_where_the_mask_is_one_the_fusion_is_the_plain_one():
    weights, skip = FusionWeights(4), skip_conv()
    nn.init.constant_(weights.conv2.bias, 1e3)
    masked = weights.fixed(0.5, skip)(F_G, SKIP, F_E)
    torch.testing.assert_close(masked, PlainFusion(weights.conv, skip)(F_G, SKIP, F_E))


def test_where_the_mask_is_zero_the_encoder_is_not_seen():
    weights, skip = FusionWeights(4), skip_conv()
    nn.init.constant_(weights.conv2.bias, -1e3)
    fusion = weights.fixed(0.5, skip)
    torch.testing.assert_close(fusion(F_G, SKIP, F_E), fusion(F_G, SKIP, -F_E))
