import pytest
import torch
from torch import nn

from models.teachers import loading


def layers():
    return nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2), nn.PReLU(2))


def test_a_module_on_the_meta_device_takes_the_tensors_themselves():
    weights = layers().state_dict()
    with torch.device("meta"):
        empty = layers()
    loaded = loading.load(empty, weights, "layers")
    assert loaded[0].weight.data_ptr() == weights["0.weight"].data_ptr()
    assert loaded[0].weight.requires_grad


def test_any_other_module_copies_them_and_keeps_its_type():
    weights = {key: value.half() for key, value in layers().state_dict().items()}
    loaded = loading.load(layers(), weights, "layers")
    assert loaded[0].weight.dtype == torch.float32 and torch.equal(loaded[0].weight, weights["0.weight"].float())


def test_every_kind_of_difference_is_told_at_once():
    weights = layers().state_dict()
    del weights["2.weight"]
    weights |= {"0.bias": torch.zeros(4), "3.bias": torch.zeros(1)}
    with pytest.raises(ValueError) as told:
        loading.load(layers(), weights, "three layers")
    assert str(told.value) == (
        "the weights do not fit three layers: 1 missing: 2.weight; 1 unexpected: 3.bias; "
        "1 of another shape: 0.bias [4] instead of [3]"
    )


def test_keys_that_differ_in_numbers_or_last_names_are_one_group():
    keys = [f"body.{i}.conv.{name}" for i in range(9) for name in ("weight", "bias")]
    assert loading.grouped([*keys, "head.weight"]) == "body.0.conv.weight (x 18), head.weight"


def test_a_long_list_is_cut():
    assert loading.grouped(f"{name}.weight" for name in "abcdefg").endswith("e.weight and 2 more kinds")


def test_weights_stored_as_float16_are_computed_with_as_float32():
    weights = {key: value.half() for key, value in layers().state_dict().items()}
    with torch.device("meta"):
        empty = layers()
    loaded = loading.load(empty, weights, "layers")
    assert loaded[0].weight.dtype == torch.float32 and torch.equal(loaded[0].weight, weights["0.weight"].float())
