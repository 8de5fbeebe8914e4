import math

import pytest
import torch

from models.shortcut import BLOCKS
from models.shortcut.alignment import halve
from models.shortcut.block import ShortcutBlock
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.init import GATE, initialise, start_from_reuse


@pytest.mark.parametrize("num_dg,offset_g_size", [(1, 1), (2, 1), (2, 3)])
@pytest.mark.parametrize("mask_initial", [0.0, -2.0])
def test_nothing_moves_and_the_mask_is_the_same_everywhere(num_dg, offset_g_size, mask_initial):
    block = initialise(ShortcutBlock(8, 8, num_dg=num_dg, offset_g_size=offset_g_size), mask_initial)
    mask = block(*torch.randn(3, 1, 8, 6, 8)).mask
    torch.testing.assert_close(mask, torch.full_like(mask, 1 / (1 + math.exp(-mask_initial))))
    bias = block.generator.to_offset_mask.bias
    assert bias[: 18 * num_dg].abs().max() == 0 and (bias[18 * num_dg :] == mask_initial).all()
    assert block.alignment.to_offset.bias.abs().max() == 0 and block.alignment.to_offset.weight.abs().max() == 0


def test_convolutions_are_xavier_normal_with_gain_0_02():
    block = initialise(ShortcutBlock(128, 64))
    std = block.reduce_f.weight.std().item()
    assert std == pytest.approx(0.02 * math.sqrt(2 / (128 + 64)), rel=0.05)
    fan_in, fan_out = 64 * 9, 64 * 9  # of the 3 x 3 kernels of the first layer: 64 channels in and out per group
    std = block.alignment.layers[0].conv3x3.weight.std().item()
    assert std == pytest.approx(0.02 * math.sqrt(2 / (fan_in + fan_out)), rel=0.05)
    assert block.reduce_f.bias.abs().max() > 0


@pytest.mark.parametrize("change", [initialise, lambda block: block], ids=["initialised", "new"])
def test_deformable_kernels_are_uniform_in_one_over_the_root_of_the_fan_in(change):
    block = change(ShortcutBlock(128, 64))
    for weight in (block.alignment.weight, block.adabd.weight):
        assert weight.abs().max().item() == pytest.approx(1 / 24, rel=0.01)
        assert weight.std().item() == pytest.approx(1 / 24 / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize("mask_initial", [0.0, -2.0])
def test_a_full_size_block_starts_without_corrections_and_with_an_open_gate(mask_initial):
    block = initialise(FullSizeBlock(128, 64, num_dg=2), mask_initial)
    for layer in (block.global_offset.to_offset, block.to_blend, block.reconstruct):
        assert layer.weight.abs().max() == 0 and layer.bias.abs().max() == 0
    assert block.to_gate.weight.abs().max() == 0 and block.to_gate.bias.item() == GATE
    bias = block.generator.to_offset_mask.bias
    assert bias[:36].abs().max() == 0 and (bias[36:] == mask_initial).all()
    assert block.adabd.weight.std().item() == pytest.approx(1 / 24 / math.sqrt(3), rel=0.02)
    assert block.reduce_f.weight.std().item() == pytest.approx(0.02 * math.sqrt(2 / (128 + 64)), rel=0.05)


@pytest.mark.parametrize("form", BLOCKS)
def test_the_same_seed_gives_the_same_weights(form):
    def made():
        torch.manual_seed(3)
        return initialise(BLOCKS[form](8, 8)).state_dict()

    first, second = made(), made()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_starting_from_reuse_a_block_first_shows_the_half_resolution_reference():
    block = start_from_reuse(initialise(ShortcutBlock(8, 12), mask_initial=-9.0), mask_initial=-9.0).eval()
    with torch.no_grad():
        for weight in (block.alignment.weight, block.adabd.weight):
            centre = weight[:, :, 1, 1].clone()
            weight.zero_()
            weight[:, :, 1, 1] = centre.round()  # without the random rest, which only tells channels apart
    f_ref = torch.rand(1, 8, 8, 12).repeat_interleave(2, 2).repeat_interleave(2, 3)  # half resolution shows it all
    expected = torch.nn.functional.interpolate(halve(f_ref), scale_factor=2, mode="bilinear")
    feature = block(torch.rand(1, 8, 16, 24), torch.rand(1, 8, 16, 24), f_ref).feature
    torch.testing.assert_close(feature, expected, atol=5e-3, rtol=5e-3)


def test_a_block_with_fewer_hidden_channels_than_features_cannot_start_from_reuse():
    with pytest.raises(ValueError, match="h_dim of at least f_ch 8, got 4"):
        start_from_reuse(initialise(ShortcutBlock(8, 4)))


def test_with_twice_the_hidden_channels_negative_features_pass_and_an_image_moves_uncorrected():
    block = ShortcutBlock(8, 16, f_ch=11, image_ch=3)
    block = start_from_reuse(initialise(block, mask_initial=-9.0), mask_initial=-9.0).eval()
    with torch.no_grad():
        for weight in (block.alignment.weight, block.adabd.weight):
            centre = weight[:, :, 1, 1].clone()
            weight.zero_()
            weight[:, :, 1, 1] = centre.round()
    f_ref = torch.randn(1, 11, 1, 1).expand(1, 11, 8, 12)
    feature = block(torch.rand(1, 8, 8, 12), torch.rand(1, 8, 8, 12), f_ref).feature
    torch.testing.assert_close(feature[..., 2:-2, 2:-2], f_ref[..., 2:-2, 2:-2], atol=5e-3, rtol=5e-3)
