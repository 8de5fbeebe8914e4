import pytest
import torch

from models.shortcut import BLOCKS
from models.shortcut.block import ShortcutBlock
from models.shortcut.checkpoint import from_checkpoint, to_checkpoint
from models.shortcut.official import to_published

SPLIT = (5, 17)


@pytest.fixture
def block():
    torch.manual_seed(0)
    return ShortcutBlock(8, 8, num_dg=2, adabd_dilation=2)


@pytest.mark.parametrize("form", BLOCKS)
def test_a_checkpoint_builds_the_block_again(form, tmp_path):
    block = BLOCKS[form](8, 8, num_dg=2, adabd_dilation=2)
    torch.save(to_checkpoint(block, "f00d", SPLIT, steps=7), tmp_path / "block.pth")
    state = torch.load(tmp_path / "block.pth", weights_only=True)
    again = from_checkpoint(state, "f00d", SPLIT, {"block": form, "h_dim": 8, "adabd_dilation": 2})
    assert state["format"] == 1 and state["steps"] == 7
    assert again.config == block.config and type(again) is BLOCKS[form]
    inputs = torch.randn(3, 1, 8, 6, 8)
    assert torch.equal(again(*inputs).feature, block(*inputs).feature)


@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_published_checkpoint_is_recognised_by_its_keys(block, prefix):
    state = {prefix + key: value for key, value in to_published(block).items()}
    again = from_checkpoint(state, "any teacher", SPLIT, {"adabd_dilation": 2})
    assert again.config == block.config and torch.equal(again.adabd.weight, block.adabd.weight)


def test_a_cut_by_names_is_stored_and_another_is_refused(block):
    state = to_checkpoint(block, "f00d", ("down_2", "cat_1"))
    assert from_checkpoint(state, "f00d", ("down_2", "cat_1"), {}).config == block.config
    with pytest.raises(ValueError, match="split: checkpoint down_2:cat_1, asked 5:17"):
        from_checkpoint(state, "f00d", SPLIT, {})


def test_every_difference_is_told_at_once(block):
    with pytest.raises(ValueError) as refused:
        from_checkpoint(to_checkpoint(block, "f00d", SPLIT), "beef", (5, 20), {"feat_ch": 64, "h_dim": 8, "num_dg": 1})
    lines = str(refused.value).splitlines()[1:]
    assert [line.strip() for line in lines] == [
        "feat_ch: checkpoint 8, asked 64",
        "num_dg: checkpoint 2, asked 1",
        "trained for another teacher: the checkpoint names one with fingerprint f00d, this teacher has beef",
        "split: checkpoint 5:17, asked 5:20",
    ]


@pytest.mark.parametrize(("form", "asked"), [("published", "full_size"), ("full_size", "published")])
def test_another_form_than_the_one_asked_for_is_refused(form, asked):
    state = to_checkpoint(BLOCKS[form](8, 8), "f00d", SPLIT)
    with pytest.raises(ValueError, match=f"block: checkpoint {form}, asked {asked}"):
        from_checkpoint(state, "f00d", SPLIT, {"block": asked})


def test_a_file_with_published_keys_is_of_the_published_form(block):
    assert from_checkpoint(to_published(block), "f00d", SPLIT, {"block": "published", "adabd_dilation": 2})
    with pytest.raises(ValueError, match="block: checkpoint published, asked full_size"):
        from_checkpoint(to_published(block), "f00d", SPLIT, {"block": "full_size", "adabd_dilation": 2})


def test_a_form_that_there_is_not_is_refused_with_those_there_are():
    state = to_checkpoint(BLOCKS["full_size"](8, 8), "f00d", SPLIT)
    state["config"]["block"] = "half_size"
    with pytest.raises(ValueError, match="a block of form half_size, this one knows published, full_size"):
        from_checkpoint(state, "f00d", SPLIT, {})


def test_a_published_checkpoint_of_another_size_is_refused(block):
    with pytest.raises(ValueError, match="feat_ch: checkpoint 8, asked 64"):
        from_checkpoint(to_published(block), "any teacher", SPLIT, {"feat_ch": 64})


@pytest.mark.parametrize(
    "state,message",
    [
        ({"model.1.weight": torch.zeros(1)}, "not a Shortcut checkpoint"),
        (
            {"kind": "shortcut", "format": 9},
            "format 9, .* reads up to format 1: update this program",
        ),
    ],
)
def test_anything_else_is_refused(state, message):
    with pytest.raises(ValueError, match=message):
        from_checkpoint(state, "f00d", SPLIT, {})


@pytest.mark.parametrize("form", BLOCKS)
def test_a_checkpoint_of_a_block_that_there_is_no_more_is_refused(form):
    state = to_checkpoint(BLOCKS[form](8, 8), "f00d", SPLIT)
    state["config"]["image_residual"] = True
    with pytest.raises(ValueError, match="made by another version, with image_residual: distil it again"):
        from_checkpoint(state, "f00d", SPLIT, {})


def test_a_checkpoint_from_before_late_features_had_their_own_channels_still_loads(block):
    state = to_checkpoint(block, "f00d", SPLIT)
    for name in ("f_ch", "image_ch"):
        del state["config"][name]
    assert "block" not in state["config"]  # as from before there were two forms
    again = from_checkpoint(state, "f00d", SPLIT, {"block": "published"})
    assert type(again) is ShortcutBlock and again.config == block.config


@pytest.mark.parametrize(
    ("entry", "wrong", "told"),
    [
        ("config", None, "config, block or teacher is missing"),
        ("block", [1], "config, block or teacher is missing"),
        ("teacher", 3, "config, block or teacher is missing"),
        ("split", 5, "split 5 is not two layers, by number or by name"),
        ("split", [5, "17"], "is not two layers, by number or by name"),
        ("block", {"reduce_f.weight": 3}, "a block that cannot be, with g_layers 2, l_layers 3"),
    ],
)
def test_a_checkpoint_of_the_wrong_shape_is_one_sentence(block, entry, wrong, told):
    state = {**to_checkpoint(block, "f00d", SPLIT), entry: wrong}
    with pytest.raises(ValueError, match=told):
        from_checkpoint(state, "f00d", SPLIT, {})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("h_dim", 10**9, "a block that cannot be, with h_dim 1000000000"),
        ("g_layers", 10**9, "a block that cannot be, with g_layers 1000000000"),
        ("h_dim", "8", "a block that cannot be, with h_dim '8'"),
        ("h_dim", True, "a block that cannot be, with h_dim True"),
        ("h_dim", 2**14, "do not fit the block that the checkpoint describes"),
        ("g_layers", 9, "do not fit the block that the checkpoint describes"),
        ("h_dim", -8, "h_dim"),
    ],
)
def test_a_block_that_the_weights_are_not_of_is_refused_before_it_takes_memory(block, name, value, told):
    state = to_checkpoint(block, "f00d", SPLIT)
    state["config"][name] = value
    with pytest.raises(ValueError, match=told):
        from_checkpoint(state, "f00d", SPLIT, {})


def test_published_keys_with_other_values_are_one_sentence(block):
    for wrong in (3, torch.ones(2)):
        with pytest.raises(ValueError, match="cr1.0.weight is not the weight of a convolution"):
            from_checkpoint({**to_published(block), "cr1.0.weight": wrong}, "f00d", SPLIT, {})
