from functools import partial

import pytest

from data.clips import Clip
from data.stream import frames
from models.evaluation.refresh_fit.trial import THRESHOLDS, Trial, TrialClip
from models.shortcut.inference import optimize
from models.streaming.stages import eager
from tests.helpers.runs import HEIGHT, WIDTH, save, stripes
from tests.helpers.tiny import block, teacher

MACS = {"teacher": 100, "reference": 110, "skipped": 20}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Two clips that speed up, and up to 4 frames between references."""
    folder = tmp_path_factory.mktemp("trial")
    shifts = {"a": [0, 0.1, 0.2, 0.4, 0.6, 0.9], "b": [0, 0.1, 0.2, 0.4, 0.6, 0.6, 0.6, 0.6]}
    clips = []
    for name, places in shifts.items():
        files = [folder / name / f"{number}.png" for number in range(len(places))]
        for path, shift in zip(files, places, strict=True):
            save(path, stripes(shift, 0))
        clips.append(TrialClip(name, partial(frames, Clip(name, tuple(files)), (WIDTH, HEIGHT)), len(files)))
    stages = eager(teacher().for_inference(), optimize(block()))
    return Trial(clips, stages, 4, MACS)


def test_thresholds_reach_from_a_refresh_at_every_change_to_none(trial):
    thresholds = trial.thresholds()
    assert thresholds == sorted(thresholds) and 2 < len(thresholds) <= THRESHOLDS
    fixed, always, never = trial.measure([4], [thresholds[0], thresholds[-1]], "test")
    assert always.refresh_share == 11 / 14  # all but the three frames that repeat the one before
    assert never.refresh_share == fixed.refresh_share == 4 / 14


def test_points_come_in_the_order_asked_for(trial):
    points = trial.measure([2, 3], [0.2, 0.1], "test")
    assert [(p.policy, p.setting) for p in points] == [("fixed", 2), ("fixed", 3), ("adaptive", 0.2), ("adaptive", 0.1)]


def test_measuring_again_gives_the_same(trial):
    assert trial.measure([3], [0.1], "test") == trial.measure([3], [0.1], "test")


def test_a_baseline_costs_the_teacher_on_reference_frames_alone(trial):
    two, three = trial.measure_baseline("reuse", [2, 3])
    assert (two.policy, two.setting, two.amortised_macs) == ("reuse", 2, 100 * 7 / 14) and two.ms is None
    assert three.amortised_macs == 100 * 5 / 14 and two.pooled_psnr > three.pooled_psnr
