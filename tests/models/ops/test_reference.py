import pytest
import torch

from models.ops.reference import add_shift


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_shift_moves_every_tap_and_keeps_full_precision(dtype):
    offset, shift = torch.zeros(1, 36, 2, 3, dtype=dtype), torch.zeros(1, 2, 2, 3)
    shift[:, 0], shift[:, 1] = 1000.25, -3.0  # dx, dy
    found = add_shift(offset, shift)
    assert found.dtype == torch.float32
    assert (found[:, 0::2] == -3).all() and (found[:, 1::2] == 1000.25).all()
