"""Which of three places a flag's value is taken from."""

import pytest

from options.layers import split
from options.test_options import TestOptions


@pytest.fixture
def parse(tmp_path):
    """Options of `script -- typed` with an --options file of this text; dataset and teacher exist."""
    weights, file = tmp_path / "teacher.pth", tmp_path / "mine.yaml"
    weights.touch()

    def parsed(script, text, typed):
        file.write_text(text)
        needed = ["--dataroot", str(tmp_path), "--main_G_path", str(weights)]
        return TestOptions().parse([*needed, *script.split(), "--", "--options", str(file), *typed.split()])

    return parsed


def test_a_file_wins_over_a_script_and_what_is_typed_over_both(parse):
    opt = parse("--name a --fps 5 --max_interval 4", "name: b\nfps: 6", "--name c")
    assert (opt.name, opt.fps, opt.max_interval) == ("c", 6, 4)


def test_a_switch_of_a_file_wins_over_a_scripts(parse):
    assert not parse("--compare", "compare: false", "").compare
    assert parse("--no-compare", "compare: false", "--compare").compare


def test_what_a_file_leaves_empty_has_its_default_whatever_the_script_says(parse):
    opt = parse("--max_interval 4 --fps 5", "max_interval:\nfps: null", "")
    assert (opt.max_interval, opt.fps) == (None, 15)


def test_typing_a_default_wins_over_another_value(parse):
    assert parse("--fps 5", "fps: 6", "--fps 15").fps == 15


def test_a_wrong_value_that_is_not_used_is_no_problem(parse):
    assert parse("--fps 5", "fps: 0", "--fps 15").fps == 15


@pytest.mark.parametrize("flags", ["--bogus 1 -- --fps 5", "--fps 5 -- --bogus 1"])
def test_an_unknown_flag_is_told_wherever_it_stands(flags, capsys):
    with pytest.raises(SystemExit):
        TestOptions().parse(flags.split())
    assert "unknown flag --bogus" in capsys.readouterr().err


def test_without_a_script_all_flags_are_typed():
    assert split(["--a", "1"]) == ([], ["--a", "1"])
    assert split(["--a", "--", "--b"]) == (["--a"], ["--b"]) and split(["--a", "--"]) == (["--a"], [])
