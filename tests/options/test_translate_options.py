"""Inputs stand anywhere between the flags; what is missing or does not fit is told at once."""

import pytest

from options.layers import CALLER_VARIABLE
from options.translate_options import TranslateOptions, size_of
from tests.helpers.runs import ROOT


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch):
    monkeypatch.chdir(ROOT)


def parse(*flags):
    return TranslateOptions().parse(list(flags))


def refused(capsys, *flags):
    with pytest.raises(SystemExit) as exit:
        parse(*flags)
    assert exit.value.code == 2
    return capsys.readouterr().err


def test_inputs_may_stand_anywhere():
    opt = parse("a.mp4", "-o", "out", "b c.mp4", "--codec", "vp9", "-", "--side_by_side", "7")
    assert opt.inputs == ("a.mp4", "b c.mp4", "-", "7") and opt.out == "out" and opt.side_by_side
    assert parse("x", "--out", "-").out == "-"


def test_by_default_it_is_the_demo_with_its_fitted_refresh():
    opt = parse("a.mp4", "-o", "out")
    assert opt.model == "demo_v2c" and opt.run_dir == ROOT / "checkpoints" / "demo_v2c"
    assert (opt.refresh, opt.refresh_threshold, opt.max_interval) == ("adaptive", None, None)


def test_what_is_typed_wins_over_the_model():
    opt = parse("a.mp4", "-o", "out", "--model", "demo_v2l", "--refresh", "fixed", "--max_interval", "5", "--hold", "0")
    assert (opt.refresh, opt.max_interval, opt.hold) == ("fixed", 5, 0)
    opt = parse("a.mp4", "-o", "out", "--model", "demo_vtoonify", "--padding", "9", "9", "9", "9")
    assert (opt.padding, opt.eye_distance, opt.refresh) == ("9,9,9,9", 26, "fixed")


def test_paths_are_meant_from_the_callers_folder(monkeypatch, tmp_path):
    monkeypatch.setenv(CALLER_VARIABLE, str(tmp_path))
    assert parse("a.mp4", "-o", "out").out == str(tmp_path / "out") and parse("a.mp4", "-o", "-").out == "-"


def test_what_is_missing_is_told_together(capsys):
    told = refused(capsys, "--codec", "mpeg2")
    assert "INPUT is missing" in told and "-o is missing" in told
    assert "--codec must be one of h264, hevc, vp9, av1, ffv1, png" in told


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--size", "0x5"], "--size must be WIDTHxHEIGHT in whole pixels"),
        (["--input_fps", "0"], "--input_fps must be frames per second"),
        (["--input_size", "8x8", "--input_fps", "5"], "give - as INPUT"),
        (["-", "--input_size", "8x8"], "needs --input_fps"),
        (["--refresh_threshold", "0.3", "--refresh", "fixed"], "needs --refresh adaptive"),
        (["--model", "nothing"], "--model nothing: no such model"),
        (["--feat_ch", "64"], "unknown flag --feat_ch"),
        (["--dataroot", "x"], "unknown flag --dataroot"),
    ],
)
def test_flags_that_do_not_fit_are_told(flags, told, capsys):
    assert told in refused(capsys, "a.mp4", "-o", "out", *flags)


def test_sizes():
    assert size_of("640X272") == (640, 272) and size_of(None) is None
