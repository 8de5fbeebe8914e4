import pytest

from options.published import DROPPED, NEEDLESS, needless

TEACHER = """--dataroot D --model unsup_single --dataset_mode unaligned_scale --name v2c_experiment --loadSizeW 542
--loadSizeH 286 --resize_mode rectangle --fineSizeW 512 --fineSizeH 256 --crop_mode rectangle
--which_model_netG resnet_6blocks --no_dropout""".split()


def test_a_needless_flag_is_taken_with_its_value_and_told_in_a_line():
    notes, left = needless(["--crop_mode", "rectangle", "--no_dropout", "--input_nc=3", "--bogus", "1"])
    assert left == ["--bogus", "1"] and len(notes) == 3
    assert notes[0].startswith("--crop_mode rectangle is not needed: training crops")
    assert notes[1] == "--no_dropout is not needed: no teacher here has dropout"


def test_a_value_that_asks_for_something_else_is_left():
    given = ["--norm", "batch", "--no_dropout", "False", "--epoch_count", "5", "--crop_mode=scale"]
    assert needless(given) == ([], given)


def test_a_published_boolean_may_have_a_value_or_none():
    for given in (["--no_dropout"], ["--no_dropout", "True"], ["--no_dropout=1"]):
        assert needless(given)[1] == []


@pytest.mark.parametrize("flag", sorted(flag for flag, one in NEEDLESS.items() if one.values is not None))
def test_a_flag_that_is_needless_with_some_values_has_a_reason_where_it_is_not(flag):
    assert flag in DROPPED or flag in {"--no_flip", "--video"}
