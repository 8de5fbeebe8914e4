import pytest
import torch

from models.shortcut.block import ShortcutBlock
from models.shortcut.full_size import FullSizeBlock
from models.shortcut.official import UNUSED, from_published, infer_config, is_published, to_published

CONFIGS = [
    {"feat_ch": 8, "h_dim": 8},
    {"feat_ch": 6, "h_dim": 8, "num_dg": 2, "g_layers": 3, "l_layers": 1},
    {"feat_ch": 8, "h_dim": 16, "num_dg": 2, "offset_g_size": 3},
    {"feat_ch": 8, "h_dim": 8, "f_ch": 11},
]

# Every tensor of a published checkpoint with one layer in each generator, 8 feature and 4 hidden channels.
PUBLISHED = {
    "cr1.0": (4, 8, 1, 1),
    "cr2.0": (4, 8, 1, 1),
    "offset_generator_global.model.0.conv3x3": (4, 4, 3, 3),
    "offset_generator_global.model.0.conv1x1_": (4, 4, 1, 1),
    "offset_generator_global.model.0.conv1x1": (4, 16, 1, 1),
    "offset_generator_global.offset_conv": (2, 4, 1, 1),
    "offset_generator_local.model.0.conv3x3": (4, 2, 3, 3),
    "offset_generator_local.model.0.conv1x1_": (4, 2, 1, 1),
    "offset_generator_local.model.0.conv1x1": (4, 8, 1, 1),
    "offset_generator_local.offset_mask_conv": (27, 4, 1, 1),
    "global_deform_conv.offset_conv": (18, 4, 3, 3),
    "recon_ref": (8, 4, 1, 1),
}


def published_state():
    g = torch.Generator().manual_seed(0)
    state = {f"{layer}.weight": torch.randn(shape, generator=g) for layer, shape in PUBLISHED.items()}
    state |= {f"{layer}.bias": torch.randn(shape[0], generator=g) for layer, shape in PUBLISHED.items()}
    for name in ("global_deform_conv", "mask_deform_conv"):
        state[f"{name}.regular_conv.weight"] = torch.randn(4, 4, 3, 3, generator=g)
    return state


def test_a_published_checkpoint_comes_back_bit_identical_but_for_the_unused_layer():
    state = published_state()
    exported = to_published(from_published(state))
    assert exported.keys() == state.keys()
    assert all(torch.equal(exported[key], state[key]) for key in state if not key.startswith(UNUSED))
    assert all(exported[key].shape == state[key].shape for key in state)
    assert all(exported[key].abs().max() == 0 for key in state if key.startswith(UNUSED))


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_the_shapes_tell_the_constructor_arguments(config):
    block = ShortcutBlock(**config)
    assert infer_config(to_published(block)) == block.config


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_a_block_survives_the_way_there_and_back(config):
    block = ShortcutBlock(**config, adabd_dilation=2)
    again = from_published(to_published(block), adabd_dilation=2)
    assert again.config == block.config
    inputs = [torch.randn(1, again.config[name], 6, 8) for name in ("feat_ch", "feat_ch", "f_ch")]
    assert torch.equal(again(*inputs).feature, block(*inputs).feature)


def test_parallel_training_prefixes_are_taken_off():
    state = {f"module.{key}": value for key, value in published_state().items()}
    assert is_published(state)
    assert torch.equal(from_published(state).reduce_f.weight, state["module.cr1.0.weight"])


def test_the_unused_layer_may_be_absent():
    state = {key: value for key, value in published_state().items() if not key.startswith(UNUSED)}
    assert from_published(state).config["num_dg"] == 1


def test_the_loaded_block_shares_no_memory_with_the_checkpoint():
    state = published_state()
    before = state["cr1.0.weight"].clone()
    with torch.no_grad():
        from_published(state).reduce_f.weight.zero_()
    assert torch.equal(state["cr1.0.weight"], before)


def test_unknown_missing_and_misshapen_tensors_are_told_together():
    state = published_state()
    del state["cr2.0.bias"], state["recon_ref.bias"]
    state["cr3.0.bias"] = torch.zeros(1)
    state["cr2.0.weight"] = torch.zeros(4, 7, 1, 1)
    with pytest.raises(ValueError) as refused:
        from_published(state)
    assert "unknown keys: cr3.0.bias;" in str(refused.value)
    assert "missing keys: cr2.0.bias, recon_ref.bias;" in str(refused.value)
    assert "other shapes: cr2.0.weight [4, 7, 1, 1] instead of [4, 8, 1, 1]" in str(refused.value)


def test_many_wrong_keys_make_a_short_message():
    state = published_state() | {f"extra.{i}": torch.zeros(1) for i in range(50)}
    with pytest.raises(ValueError, match="extra.0, extra.1, extra.2, extra.3 and 46 more") as refused:
        from_published(state)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("channels", [26, 0, 9])
def test_offset_channels_that_fit_no_block_are_refused(channels):
    state = published_state()
    state["offset_generator_local.offset_mask_conv.weight"] = torch.zeros(channels, 4, 1, 1)
    with pytest.raises(ValueError, match=f"{channels} local and 2 global offset channels"):
        from_published(state)


def test_another_network_is_recognised_as_such():
    state = {"model.1.weight": torch.zeros(4, 3, 7, 7)}
    assert not is_published(state)
    with pytest.raises(ValueError, match="not a published Shortcut block: it lacks cr1.0.weight"):
        infer_config(state)


def test_a_block_that_moves_an_image_has_no_published_form():
    with pytest.raises(ValueError, match="no published form has a block whose last 3 channels are an image"):
        to_published(ShortcutBlock(8, 8, f_ch=11, image_ch=3))


def test_a_full_size_block_has_no_published_form():
    with pytest.raises(ValueError, match="only the published form of the block has published keys, got full_size"):
        to_published(FullSizeBlock(8, 8))
