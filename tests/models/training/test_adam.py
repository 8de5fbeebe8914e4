import copy

import pytest
import torch

from models.training.adam import Adam


def weights():
    return [torch.nn.Parameter(torch.tensor([1.0, -2.0])), torch.nn.Parameter(torch.tensor([[0.5]]))]


def train(optimizer, params, steps=5):
    for number in range(steps):
        for weight in params:
            weight.grad = torch.cos(weight.detach() * (number + 1))
        optimizer.step()
    return torch.cat([weight.detach().flatten() for weight in params])


def test_it_is_torchs_adam_to_rounding():
    ours, theirs = weights(), weights()
    expected = train(torch.optim.Adam(theirs, 0.1, (0.5, 0.99)), theirs)
    torch.testing.assert_close(train(Adam(ours, 0.1, (0.5, 0.99)), ours), expected)


@pytest.mark.parametrize(("found", "stays"), [(0.0, False), (1.0, True)])
def test_it_changes_nothing_where_it_is_told_that_something_is_not_finite(found, stays):
    params = weights()
    optimizer = Adam(params, 0.1)
    optimizer.found_inf = torch.tensor(found)
    before = torch.cat([weight.detach().flatten() for weight in params])
    assert torch.equal(train(optimizer, params), before) is stays
    assert {state["step"].item() for state in optimizer.state.values()} == ({0.0} if stays else {5.0})


def test_it_goes_on_from_the_state_of_another_form_of_adam():
    old, new = weights(), weights()
    other, ours = torch.optim.Adam(old, 0.1), Adam(new, 0.1)
    train(other, old)
    for weight, value in zip(new, old, strict=True):
        weight.data.copy_(value)
    ours.load_state_dict(copy.deepcopy(other.state_dict()))
    ours.found_inf = torch.tensor(0.0)  # which only the fused form takes
    torch.testing.assert_close(train(ours, new), train(other, old))
