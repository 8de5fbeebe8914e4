"""The program that finds the constants of block matching, and its script."""

import os
import subprocess
import sys

import pytest
import torch

from models.evaluation.metrics.image import Psnr, unit_pair
from models.ops.warp import resize_displacement, warp
from models.shortcut.alignment import halve
from models.shortcut.matching import CONSTANTS, MatchingConstants, match_blocks, pyramid
from scripts.ablation.setting import ROOT
from scripts.fit_matching.__main__ import parse
from scripts.fit_matching.search import fits, mean_fit
from tests.helpers.cached import features, generator
from tests.helpers.runs import viper

STILL = MatchingConstants(sharpness=0.05, stillness=1e6, window=3)  # never moves


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return features(tmp_path_factory.mktemp("matching"), frames=4)


def test_a_fit_is_the_mean_over_clips_of_what_the_tail_makes_of_moved_features(clips):
    (found,) = fits(clips, [CONSTANTS])
    values = []
    for clip in range(2):
        there, here = (clips.taught([clips.key(clip, number)]) for number in (0, 2))
        displacement = resize_displacement(
            match_blocks(pyramid(halve(here.a)), pyramid(halve(there.a))), here.a.shape[2:]
        )
        picture = clips.teacher.tail(warp(there.f, displacement), here.a)
        values.append(Psnr.measure(*unit_pair(picture, here.y)))
    assert found.keys() == {1, 2} and found[2] == pytest.approx(sum(values) / 2)


def test_on_clips_that_move_matching_is_better_than_standing_still(clips):
    usual, still = fits(clips, [CONSTANTS, STILL])
    assert mean_fit([usual]) > mean_fit([still])


def test_teachers_and_distances_count_alike():
    assert mean_fit([{1: 30.0, 2: 20.0}, {1: 28.0, 2: 26.0}]) == 26.0


def test_the_script_prints_a_row_for_each_choice_the_best_first_and_what_is_used_now(tmp_path):
    viper(tmp_path / "data", frames=3)
    torch.save(generator().state_dict(), tmp_path / "teacher.pth")
    flags = ["--dataroot", "data", "--v2c_teacher", "teacher.pth", "--clips", "1"]
    flags += ["--sharpness", "0.1", "--stillness", "0.02", "0.04", "--window", "3"]
    env = {**os.environ, "PYTHON": sys.executable}
    command = ["bash", str(ROOT / "scripts" / "fit_matching.sh"), *flags]
    ended = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    cells = [[cell.strip() for cell in line.split("|")] for line in ended.stdout.splitlines() if line.startswith("|")]
    means = [float(line[4]) for line in cells[2:]]
    assert len(means) == 3 and means == sorted(means, reverse=True)
    assert f"best: MatchingConstants(sharpness={cells[2][1]}" in ended.stdout and f"now: {CONSTANTS}" in ended.stdout
    assert cells[2][-4:-1] == ["-", "-", "-"]  # distances that three frames do not have


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--sharpness", "0"], "must be a number above 0, got '0'"),
        (["--stillness", "inf"], "must be a number above 0, got 'inf'"),
        (["--window", "4"], "must be an odd whole number, got '4'"),
        (["--clips", "none"], "must be a whole number of at least 1, got 'none'"),
    ],
)
def test_bad_flags_are_refused_with_what_is_allowed(flags, told, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(flags)
    assert ended.value.code == 2 and told in capsys.readouterr().err
