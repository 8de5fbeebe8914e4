import pytest
import torch
from torch import nn

from models.training.adam import Adam
from models.training.parts import check_moments, load_into, state_of, without_weights


def test_nested_parts_get_back_what_their_state_held():
    first, second = ({"nets": {"a": nn.Linear(1, 1)}, "single": nn.Linear(2, 1)} for _ in range(2))
    state = state_of(first)
    assert set(state) == {"nets", "single"} and set(state["nets"]["a"]) == {"weight", "bias"}
    load_into(second, state)
    assert torch.equal(second["nets"]["a"].weight, first["nets"]["a"].weight)
    with pytest.raises(KeyError):
        load_into(second, {"single": state["single"]})


def test_what_an_optimiser_remembers_has_the_shape_of_its_weights():
    layer = nn.Linear(2, 1)
    optimizer = Adam(layer.parameters(), 0.1)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    check_moments(optimizer)
    optimizer.state[layer.weight]["exp_avg"] = torch.zeros(3)
    with pytest.raises(ValueError, match=r"for weights \[1, 2\]"):
        check_moments(optimizer)
    assert "params" not in without_weights(optimizer.param_groups[0])
