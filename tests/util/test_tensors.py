import pytest
import torch

from util.tensors import digest, leaves, not_finite

STATE = {"a": {"w": torch.arange(3.0)}, "list": [torch.ones(2), {"n": 1}], "none": None}


def test_everything_has_a_name():
    assert [name for name, _ in leaves(STATE)] == ["a.w", "list.0", "list.1.n", "none"]


def test_what_is_not_finite_is_named():
    assert not_finite(STATE) == [] and not_finite({"i": torch.arange(3), "s": "nan"}) == []
    for bad in (float("nan"), float("-inf")):
        assert not_finite({**STATE, "b": [torch.tensor(bad)]}) == ["b.0"]


@pytest.mark.parametrize(
    "changed",
    [
        {**STATE, "none": 0},
        {**STATE, "a": {"v": torch.arange(3.0)}},
        {**STATE, "a": {"w": torch.arange(3.0).double()}},
        {**STATE, "a": {"w": torch.arange(3.0).view(3, 1)}},
        {**STATE, "a": {"w": torch.tensor([0.0, 1.0, 2.5])}},
    ],
)
def test_a_digest_sees_every_name_type_shape_and_value(changed):
    same = {"a": {"w": torch.arange(6.0)[:3]}, "list": [torch.ones(2), {"n": 1}], "none": None}
    assert digest(STATE) == digest(same) != digest(changed)
