import pytest
import torch

from models.ops.positions import add_shift, resize_displacement


@pytest.mark.parametrize("size", [(6, 8), (7, 9), (3, 4)], ids=str)
def test_a_displacement_counts_in_the_pixels_of_its_new_size(size):
    by = torch.tensor([1.0, -2.0]).view(1, 2, 1, 1).expand(1, 2, 3, 4)
    expected = torch.tensor([size[1] / 4, -2 * size[0] / 3]).view(1, 2, 1, 1).expand(1, 2, *size)
    torch.testing.assert_close(resize_displacement(by, size), expected)


def test_in_its_own_size_it_is_left_as_it_is():
    by = torch.randn(1, 2, 3, 4)
    assert resize_displacement(by, (3, 4)) is by


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_shift_moves_every_tap_and_keeps_full_precision(dtype):
    offset, shift = torch.zeros(1, 36, 2, 3, dtype=dtype), torch.zeros(1, 2, 2, 3)
    shift[:, 0], shift[:, 1] = 1000.25, -3.0  # dx, dy
    found = add_shift(offset, shift)
    assert found.dtype == torch.float32
    assert (found[:, 0::2] == -3).all() and (found[:, 1::2] == 1000.25).all()
