import pytest
import torch
import torch.nn.functional as F

from models.shortcut.adabd import AdaBD, OffsetMaskGenerator, split_offset_mask


def inputs(num_dg=1, size=(7, 9)):
    g = torch.Generator().manual_seed(0)
    f_ref, a_cur = torch.randn(2, 2, 8, *size, generator=g)
    offset = torch.randn(2, 18 * num_dg, *size, generator=g) * 3
    return f_ref, a_cur, offset, torch.rand(2, 9 * num_dg, *size, generator=g)


@pytest.mark.parametrize("num_dg,dilation", [(1, 1), (2, 1), (1, 2), (4, 3)])
def test_it_is_the_sum_of_two_modulated_deformable_convolutions(num_dg, dilation):
    from torchvision.ops import deform_conv2d

    layer = AdaBD(8, num_dg, dilation)
    f_ref, a_cur, offset, mask = inputs(num_dg)
    geometry = {"padding": dilation, "dilation": dilation}
    current = deform_conv2d(a_cur, torch.zeros_like(offset), layer.weight, mask=mask, **geometry)
    reference = deform_conv2d(f_ref, offset, layer.weight, mask=1 - mask, **geometry)
    torch.testing.assert_close(layer(f_ref, a_cur, offset, mask), current + reference, atol=1e-5, rtol=1e-5)
    unmasked = deform_conv2d(f_ref, offset, layer.weight, **geometry)
    torch.testing.assert_close(layer.deformed(f_ref, offset), unmasked, atol=1e-5, rtol=1e-5)


def test_a_mask_of_one_shows_the_current_frame_alone():
    layer = AdaBD(8, num_dg=1, dilation=2)
    f_ref, a_cur, offset, mask = inputs()
    expected = F.conv2d(a_cur, layer.weight, padding=2, dilation=2)
    torch.testing.assert_close(layer(f_ref, a_cur, offset, torch.ones_like(mask)), expected, atol=1e-5, rtol=1e-5)


def test_a_mask_of_zero_hides_the_current_frame():
    layer = AdaBD(8, num_dg=1, dilation=1)
    f_ref, a_cur, offset, mask = inputs()
    found = layer(f_ref, a_cur, offset, torch.zeros_like(mask))
    torch.testing.assert_close(found, layer.deformed(f_ref, offset), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("num_dg", [1, 2])
def test_two_thirds_are_offsets_and_the_rest_mask_logits(num_dg):
    x = torch.randn(1, 27 * num_dg, 2, 3)
    offset, mask = split_offset_mask(x)
    assert torch.equal(offset, x[:, : 18 * num_dg]) and torch.equal(mask, x[:, 18 * num_dg :].sigmoid())


def test_the_generator_reads_the_current_frame_first():
    generator = OffsetMaskGenerator(8, num_dg=1, n_layers=2)
    a_cur, a_ref = torch.randn(2, 1, 8, 5, 6)
    expected = split_offset_mask(generator.to_offset_mask(generator.layers(torch.cat([a_cur, a_ref], dim=1))))
    for found, wanted in zip(generator(a_cur, a_ref), expected, strict=True):
        assert torch.equal(found, wanted)
