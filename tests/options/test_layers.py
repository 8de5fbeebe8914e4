"""Which of three places a flag's value is taken from, and what is said about an unknown one."""

import pytest

from options.layers import CALLER_VARIABLE, complaints, from_caller, read, split
from options.published import DROPPED
from options.test_options import TestOptions

KNOWN = ["--niter", "--niter_decay", "--batchSize", "--Temporal_GAN_loss", "--no-Temporal_GAN_loss"]


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


@pytest.mark.parametrize(
    ("caller", "typed", "meant"),
    [
        (None, "a/b", "a/b"),
        ("", "a/b", "a/b"),
        ("/called", "a/b", "/called/a/b"),
        ("/called", "./a", "/called/./a"),
        ("/called", "/a", "/a"),
        (".", "a", "a"),
    ],
)
def test_a_relative_path_is_meant_from_the_callers_folder(caller, typed, meant, monkeypatch):
    if caller is None:
        monkeypatch.delenv(CALLER_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(CALLER_VARIABLE, caller)
    assert from_caller(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--niters", "--niter"),
        ("--batchsize", "--batchSize"),
        ("--batch-size", "--batchSize"),
        ("--no_Temporal_GAN_loss", "--no-Temporal_GAN_loss"),
    ],
)
def test_the_nearest_flag_is_suggested(typed, meant):
    assert complaints([typed], KNOWN) == [f"unknown flag {typed}, did you mean {meant}?"]


def test_a_flag_like_no_other_leads_to_help():
    assert complaints(["--x"], KNOWN) == ["unknown flag --x; --help lists all flags"]


def test_the_values_of_an_unknown_flag_are_not_told_apart():
    assert len(complaints(["--x", "1", "-2", "--y=3"], KNOWN)) == 2


def test_a_value_without_a_flag_is_told():
    assert complaints(["stray"], KNOWN) == ["unexpected argument 'stray': every value follows a --flag"]


def test_a_dropped_published_flag_is_told_with_its_reason():
    assert complaints(["--epoch_count", "5"], KNOWN) == [f"--epoch_count is gone: {DROPPED['--epoch_count']}"]


def test_what_the_caller_chose_is_known_apart_from_what_a_script_set(tmp_path):
    (tmp_path / "mine.yaml").write_text("seed: 3\n")
    parser = TestOptions().parser()
    argv = ["--fps", "5", "--", "--name", "a", "--options", str(tmp_path / "mine.yaml"), "--no_dropout"]
    found = read(parser, argv, vars(parser.parse_args([])), lambda given: {})
    assert found.chosen == {"name", "options", "seed"} and (found.values["fps"], found.values["seed"]) == (5, 3)
    assert found.notes == ["--no_dropout is not needed: no teacher here has dropout"] and not found.problems
