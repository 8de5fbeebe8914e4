import pytest
import torch

from models.teachers.recycle_gan import FAMILY, ResnetGenerator, from_published
from tests.helpers.tiny import NGF, generator


def published(state, prefix="module."):
    return {prefix + key: value for key, value in state.items()}


def test_six_blocks_of_published_width_have_the_published_number_of_parameters():
    assert sum(p.numel() for p in ResnetGenerator(64, 6).parameters()) == 7_837_699


@pytest.mark.parametrize(("blocks", "split"), [(6, (5, 17)), (9, (5, 20))])
def test_the_default_cut_lies_behind_the_first_strided_and_the_first_transposed_convolution(blocks, split):
    made = ResnetGenerator(NGF, blocks)
    assert made.default_split == split
    assert isinstance(made.model[split[0] - 1], torch.nn.Conv2d)
    assert isinstance(made.model[split[1] - 1], torch.nn.ConvTranspose2d)


def test_head_body_and_tail_together_are_the_network():
    made, x = generator(), torch.rand(2, 3, 16, 24) * 2 - 1
    teacher = made.cut()
    torch.testing.assert_close(teacher(x), made(x))
    assert teacher.a_channels == teacher.f_channels == 2 * NGF
    assert teacher.split == made.default_split


def test_prefixes_duplicate_decoders_and_running_statistics_of_published_files_are_accepted():
    state = generator().state_dict()
    extra = {"module.decoder.1.weight": torch.zeros(1), "module.model.2.running_mean": torch.zeros(NGF)}
    loaded = from_published({**published(state), **extra}).state_dict()
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[key], state[key]) for key in state)


def test_weights_of_another_network_are_refused():
    with pytest.raises(ValueError, match="not a ResNet generator"):
        from_published({"cr1.0.weight": torch.zeros(1)})


def test_a_missing_tensor_is_refused_by_name():
    state = generator().state_dict()
    del state["model.7.bias"]
    with pytest.raises(ValueError, match=r"model\.7\.bias"):
        from_published(state)


def test_a_generator_trained_with_dropout_is_refused():
    state = {**generator().state_dict(), "model.10.conv_block.6.weight": torch.zeros(1)}
    with pytest.raises(ValueError, match="dropout"):
        from_published(state)


@pytest.mark.parametrize(("start", "end", "message"), [(12, 5, "0 < start < end"), (8, 12, "different size")])
def test_a_cut_that_cannot_be_bridged_is_refused(start, end, message):
    with pytest.raises(ValueError, match=message):
        generator().cut(start, end)


def test_it_is_cut_where_the_flags_say():
    assert FAMILY.build(generator().state_dict(), skip_idx_start=6, skip_idx_end=13).split == (6, 13)


def test_the_flags_are_the_arguments_of_the_builder():
    defaults = {flag.name: flag.default for flag in FAMILY.flags}
    assert FAMILY.build(generator().state_dict(), **defaults).split == generator().default_split


def test_an_end_that_is_not_behind_the_start_is_told():
    assert FAMILY.problems({"skip_idx_start": 5, "skip_idx_end": None}) == []
    assert FAMILY.problems({"skip_idx_start": 6, "skip_idx_end": 6}) == [
        "--skip_idx_end must be above --skip_idx_start 6, got 6"
    ]
