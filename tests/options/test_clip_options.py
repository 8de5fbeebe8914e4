"""How many of the clips there are a program takes, and how it says so."""

import pytest

from options.clip_options import chosen_clips
from options.test_options import TestOptions
from test import translate
from tests.e2e.test_train import run as distil_now
from tests.helpers.runs import distil, save, stripes, translation


@pytest.fixture
def parse(tmp_path):
    """Options of test.py for a dataset of three clips of one frame."""
    (tmp_path / "teacher.pth").touch()
    for clip in ("a", "b", "c"):
        save(tmp_path / "clips" / clip / "1.png", stripes(0, 0))
    places = ["--dataset_mode", "frames", "--dataroot", str(tmp_path / "clips")]
    return lambda *flags: TestOptions().parse([*places, "--main_G_path", str(tmp_path / "teacher.pth"), *flags])


@pytest.mark.parametrize(
    ("flags", "names", "told"),
    [
        ([], "abc", "3"),
        (["--how_many", "3"], "abc", "3"),
        (["--how_many", "9"], "abc", "3"),
        (["--how_many", "2"], "ab", "2 of 3 clips (--how_many)"),
    ],
)
def test_clips_that_are_left_out_are_told(parse, flags, names, told):
    clips, words = chosen_clips(parse(*flags))
    assert ([clip.name for clip in clips], words) == (list(names), told)


def test_a_test_says_that_it_takes_the_first_clips_only(tmp_path, capsys):
    distil_now(distil(tmp_path, "--niter", "1"))
    for clip in ("066", "067"):
        save(tmp_path / "data" / "Viper" / "val" / "img" / clip / f"{clip}_00000.png", stripes(0, 0))
    capsys.readouterr()
    assert translate(TestOptions().parse(translation(tmp_path, "--how_many", "2", "--dry_run"))) == 0
    assert "2 of 3 clips (--how_many)" in capsys.readouterr().out
