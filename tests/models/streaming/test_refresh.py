import json
import math
from pathlib import Path

import pytest
import torch

from data.clips import Clip
from data.samples.street import dataset as sample
from data.stream import frames
from models.shortcut.alignment import halve
from models.streaming.refresh import Adaptive, Every, SceneCuts, drift, load_fitted
from models.teachers.recycle_gan import from_published
from tests.helpers.tiny import teacher
from util import checkpoint

ROOT = Path(__file__).resolve().parents[3]
BIKES = Clip("bikes", video=ROOT / "tests" / "fixtures" / "media" / "bikes_small.mp4")
BIKES_CUTS = [30, 76, 137, 187, 242]  # the first frame of each scene but the first, found by looking at the frames


def features(*values):
    """Frames whose early features [1, 2, 4, 6] are one value each: drift is their relative change."""
    return [torch.full((1, 2, 4, 6), float(value)) for value in values]


def refreshes(policy, a):
    """Whether the policy asks for a reference frame, which it then gets."""
    asked = policy.should_refresh(a)
    if asked:
        policy.mark(a)
    return asked


def wanted(policy, shown):
    return [number for number, a in enumerate(shown) if refreshes(policy, a)]


def test_a_fixed_interval_wants_every_so_many_frames():
    assert wanted(Every(3), features(*range(8))) == [0, 3, 6]
    assert wanted(Every(1), features(*range(3))) == [0, 1, 2]


@pytest.mark.parametrize("policy", [Every(3), Adaptive(0.1, 3)])
def test_a_new_video_begins_with_a_reference_frame(policy):
    refreshes(policy, features(1)[0])
    policy.reset()
    assert wanted(policy, features(1, 1, 1, 1)) == [0, 3]


def test_a_frame_that_has_moved_too_far_from_the_reference_becomes_one():
    assert wanted(Adaptive(0.25, 99), features(100, 110, 120, 130, 140, 150, 160, 170)) == [0, 3, 7]


def test_moving_away_and_back_needs_no_reference():
    assert wanted(Adaptive(0.25, 99), features(100, 120, 100, 80, 100, 120)) == [0]


def test_a_still_video_is_refreshed_at_the_longest_interval():
    assert wanted(Adaptive(0.25, 4), features(*[100] * 9)) == [0, 4, 8]


def test_the_longest_interval_counts_from_the_last_reference():
    assert wanted(Adaptive(0.25, 4), features(100, 100, 140, 140, 140, 140, 140)) == [0, 2, 6]


def test_a_cut_is_refreshed_whatever_the_threshold():
    assert wanted(Adaptive(math.inf, 99), features(100, 110, 120, 700, 710)) == [0, 3]


def test_on_a_real_clip_every_cut_is_refreshed_and_nothing_else_if_nothing_else_counts():
    head = teacher().head
    assert wanted(Adaptive(math.inf, 999), map(head, frames(BIKES, None))) == [0, *BIKES_CUTS]


def test_features_may_be_overwritten_once_a_frame_is_decided():
    policy, a = Adaptive(0.25, 99), torch.empty(1, 2, 4, 6)
    seen = [refreshes(policy, a.fill_(value)) for value in (100, 110, 120, 130)]
    assert seen == [True, False, False, True]


@pytest.mark.parametrize("make", [lambda: Every(0), lambda: Adaptive(0.1, 0)])
def test_an_interval_below_one_is_refused(make):
    with pytest.raises(ValueError, match=r"interval must be at least 1 .*got 0"):
        make()


@pytest.mark.parametrize("threshold", [0, -1, math.nan])
def test_a_threshold_that_is_not_above_zero_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold must be above 0, got"):
        Adaptive(threshold, 3)


@pytest.mark.parametrize("policy", [Every(3), Adaptive(0.25, 3)])
def test_to_ask_is_not_to_tell(policy):
    """A reference that was asked for and not made is asked for again."""
    assert wanted(policy, features(100)) == [0]
    asked = [policy.should_refresh(a) for a in features(100, 100, 100, 100)]
    assert asked == [False, False, True, True]


def demo():
    path = ROOT / "checkpoints" / "demo_v2c" / "latest_net_G_A.pth"
    return from_published(checkpoint.load(path)).cut(4, 22)


def cuts(head, shown):
    detector = SceneCuts()
    with torch.no_grad():
        return [number for number, frame in enumerate(shown) if detector.begins_scene(halve(head(frame)))]


@pytest.mark.parametrize("network", [teacher, demo])
def test_every_cut_of_a_real_clip_is_found_and_its_fast_motion_is_none(network):
    assert cuts(network().head, frames(BIKES, None)) == BIKES_CUTS


@pytest.mark.parametrize("name", ["069", "074"])
def test_a_drive_that_turns_or_brakes_and_starts_again_has_no_cuts(name, tmp_path):
    sample.write_clip(tmp_path, next(clip for clip in sample.clips() if clip.name == name))
    shown = frames(Clip(name, tuple(sorted((tmp_path / "Viper").rglob("*.jpg")))), None)
    assert cuts(teacher().head, shown) == []


def scene(value, length, step):
    """Features [1, 2, 8, 8] around `value` that change by about `step` of their size per frame."""
    generator = torch.Generator().manual_seed(int(100 * value))
    base = value + torch.rand(1, 2, 8, 8, generator=generator)
    return [base + step * value * torch.randn(base.shape, generator=generator) for _ in range(length)]


def found(shown):
    detector = SceneCuts()
    return [number for number, small in enumerate(shown) if detector.begins_scene(small)]


def test_one_scene_has_no_cut():
    assert found(scene(1, 20, 0.3)) == []


def test_a_cut_is_found_after_any_number_of_frames():
    assert found([*scene(1, 1, 0.1), *scene(9, 1, 0.1), *scene(1, 20, 0.1)[:3]]) == [1]
    assert found([*scene(1, 3, 0.1), *scene(9, 3, 0.1)]) == [3]


def test_motion_that_sets_in_is_no_cut():
    assert found([*scene(1, 9, 0.01), *scene(1, 9, 0.4)]) == []


def test_a_clip_that_flickers_in_every_frame_has_no_cuts_once_that_is_known():
    flicker = [small for pair in zip(scene(1, 9, 0), scene(9, 9, 0), strict=True) for small in pair]
    assert len(found(flicker)) < 3


def test_drift_is_the_mean_change_over_the_mean_size():
    reference = torch.tensor([1.0, -3.0]).view(1, 1, 1, 2)
    current = torch.tensor([2.0, -3.0]).view(1, 1, 1, 2)
    assert drift(current, reference) == pytest.approx(0.25)
    assert drift(reference, reference) == drift(0 * reference, 0 * reference) == 0


def test_drift_of_half_precision_features_is_that_of_single_precision():
    reference, current = torch.randn(2, 1, 64, 40, 40) * 300
    assert drift(current.half(), reference.half()) == pytest.approx(drift(current, reference), rel=1e-2)


FITTED = {"shortcut_fingerprint": "abc", "threshold": 0.5, "max_interval": 7}


def written(folder, text):
    (folder / "latest_refresh.json").write_text(text)
    return folder / "latest_refresh.json"


def test_a_fitted_policy_has_threshold_and_interval(tmp_path):
    policy = load_fitted(written(tmp_path, json.dumps(FITTED)), "abc")
    assert (policy.threshold, policy.max_interval) == (0.5, 7)


def test_a_policy_of_another_block_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"was fitted for another block \(abc\); this one is xyz"):
        load_fitted(written(tmp_path, json.dumps(FITTED)), "xyz")


@pytest.mark.parametrize(
    "text",
    [
        *("junk", "[]", json.dumps({"shortcut_fingerprint": "abc"}), "[" * 100_000),
        *(json.dumps({**FITTED, "max_interval": wrong}) for wrong in ("7", 7.5, [7], None, True, -1)),
        *(json.dumps({**FITTED, "threshold": wrong}) for wrong in ("high", [0.5], None, -1, float("nan"))),
    ],
)
def test_a_file_without_a_policy_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match="latest_refresh.json holds no refresh threshold"):
        load_fitted(written(tmp_path, text), "abc")


def test_without_a_file_the_ways_to_have_one_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="or give --refresh_threshold"):
        load_fitted(tmp_path / "none.json", "abc")
