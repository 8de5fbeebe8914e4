import pytest
import torch
import torch.nn.functional as F

from models.ops.deformable import deform_conv
from models.shortcut.alignment import GlobalAlignment, halve, total_displacement


def still(num_dg=1, offset_size=1):
    """An alignment whose offset is its `to_offset.bias` and whose kernel passes every channel through."""
    alignment = GlobalAlignment(4, 8, num_dg, n_layers=1, offset_size=offset_size).requires_grad_(False)
    alignment.to_offset.weight.zero_()
    alignment.to_offset.bias.zero_()
    alignment.weight.zero_()
    alignment.weight[range(8), range(8), 1, 1] = 1
    return alignment


def maps(size=(8, 12)):
    g = torch.Generator().manual_seed(0)
    return [torch.randn(2, c, *size, generator=g) for c in (4, 4, 8, 8)]


def test_halving_even_sizes_takes_the_mean_of_two_by_two():
    x = torch.randn(1, 3, 6, 8)
    torch.testing.assert_close(halve(x), F.avg_pool2d(x, 2))


@pytest.mark.parametrize("size", [(7, 9), (8, 9), (1, 1)])
def test_odd_sizes_come_back_at_their_own_size(size):
    a_ref, a_cur, a_small, f_small = maps(size)
    assert [w.shape for w in still()(a_ref, a_cur, a_small, f_small)[:2]] == [a_small.shape, f_small.shape]


def test_odd_sizes_are_not_shifted():
    """A ramp that is halved and doubled again stays where it was, borders aside."""
    ramp = torch.arange(21.0).expand(1, 8, 21, 21)
    a = torch.zeros(1, 4, 21, 21)
    warped, *_ = still()(a, a, ramp, ramp)
    torch.testing.assert_close(warped[..., 1:-1], ramp[..., 1:-1], atol=1e-4, rtol=0)


@pytest.mark.parametrize("num_dg,offset_size", [(1, 1), (2, 1), (2, 3)])
def test_each_group_follows_its_own_offset(num_dg, offset_size):
    alignment = still(num_dg, offset_size)
    pairs = alignment.to_offset.bias.view(num_dg, -1, 2)
    pairs[-1, :, 0], pairs[-1, :, 1] = 1, -2  # last group: one pixel down, two left, at half resolution
    a_ref, a_cur, a_small, f_small = maps()
    _, warped, _ = alignment(a_ref, a_cur, a_small, f_small)
    moved = F.pad(halve(f_small), (2, 0, 0, 1))[:, :, 1:, :-2]
    expected = halve(f_small)
    last = slice(8 - 8 // num_dg, 8)
    expected[:, last] = moved[:, last]
    torch.testing.assert_close(warped, F.interpolate(expected, scale_factor=2, mode="bilinear"))


def test_both_maps_move_by_the_offset_of_the_current_and_the_reference_frame():
    alignment = GlobalAlignment(4, 8, num_dg=2, n_layers=2, offset_size=1)
    a_ref, a_cur, a_small, f_small = maps()
    offset = alignment.to_offset(alignment.layers(halve(torch.cat([a_cur, a_ref], dim=1))))
    *warped, told = alignment(a_ref, a_cur, a_small, f_small)
    torch.testing.assert_close(told, offset)
    for found, x in zip(warped, (a_small, f_small), strict=True):
        low = deform_conv(halve(x), offset, alignment.weight, groups=2, backend="reference")
        expected = F.interpolate(low, scale_factor=2, mode="bilinear")
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_coarse_and_fine_offsets_count_in_pixels_of_the_finer_one():
    coarse, fine = torch.zeros(1, 2, 3, 4), torch.zeros(1, 18, 6, 12)
    coarse[:, 0], coarse[:, 1] = 1.0, -2.0  # dy, dx; twice and three times as large in fine pixels
    fine[:, 0::2], fine[:, 1::2] = 0.5, 0.25
    expected = torch.tensor([-6.0 + 0.25, 2.0 + 0.5]).view(1, 2, 1, 1).expand(1, 2, 6, 12)
    torch.testing.assert_close(total_displacement(coarse, fine), expected)


def test_a_displacement_is_a_mean_over_taps():
    fine = torch.zeros(1, 18, 2, 2)
    fine[:, 0], fine[:, 3] = 9.0, 18.0  # dy of the first, dx of the second of nine taps
    assert torch.equal(total_displacement(torch.zeros(1, 2, 1, 1), fine)[0, :, 0, 0], torch.tensor([2.0, 1.0]))
