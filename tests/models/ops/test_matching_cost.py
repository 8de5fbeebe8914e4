import pytest
import torch

from models.ops.matching_cost import SHIFTS, shift_costs


def test_the_cost_of_a_shift_is_the_mean_difference_from_the_pixel_it_leads_to():
    current, reference = torch.randn(2, 5, 4, 6), torch.randn(2, 5, 4, 6)
    costs = shift_costs(current, reference)
    assert costs.shape == (2, 9, 4, 6)
    for s, (dx, dy) in enumerate(SHIFTS):
        there = reference[:, :, 1 + dy : 3 + dy, 2 + dx : 4 + dx]
        torch.testing.assert_close(costs[:, s, 1:3, 2:4], (current[:, :, 1:3, 2:4] - there).abs().mean(1))


def test_the_border_is_repeated():
    costs = shift_costs(torch.zeros(1, 1, 3, 4), torch.arange(12.0).view(1, 1, 3, 4))
    assert costs[0, SHIFTS.index((-1, -1)), 0, 0] == 0 and costs[0, SHIFTS.index((1, 1)), 2, 3] == 11
    assert costs[0, SHIFTS.index((1, -1)), 0, 0] == 1 and costs[0, SHIFTS.index((1, -1)), 2, 0] == 5


def test_half_precision_is_summed_in_float32():
    current, reference = torch.randn(1, 64, 3, 4).bfloat16(), torch.randn(1, 64, 3, 4).bfloat16()
    expected = shift_costs(current.float(), reference.float())
    assert shift_costs(current, reference).dtype == torch.float32
    torch.testing.assert_close(shift_costs(current, reference), expected, atol=0.01, rtol=0.01)


def test_maps_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match=r"one shape, got \[1, 2, 3, 4\] and \[1, 2, 3, 3\]"):
        shift_costs(torch.zeros(1, 2, 3, 4), torch.zeros(1, 2, 3, 3))
