import math

import pytest
import torch

from data.stream import frames
from models.streaming.refresh import Adaptive, Every
from tests.helpers.tiny import teacher
from tests.models.streaming.test_scene_cut import BIKES, BIKES_CUTS


def features(*values):
    """Frames whose early features [1, 2, 4, 6] are one value each: drift is their relative change."""
    return [torch.full((1, 2, 4, 6), float(value)) for value in values]


def wanted(policy, shown):
    return [number for number, a in enumerate(shown) if policy.wants(a)]


def test_a_fixed_interval_wants_every_so_many_frames():
    assert wanted(Every(3), features(*range(8))) == [0, 3, 6]
    assert wanted(Every(1), features(*range(3))) == [0, 1, 2]


@pytest.mark.parametrize("policy", [Every(3), Adaptive(0.1, 3)])
def test_a_new_video_begins_with_a_reference_frame(policy):
    policy.wants(features(1)[0])
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
    seen = [policy.wants(a.fill_(value)) for value in (100, 110, 120, 130)]
    assert seen == [True, False, False, True]


@pytest.mark.parametrize("make", [lambda: Every(0), lambda: Adaptive(0.1, 0)])
def test_an_interval_below_one_is_refused(make):
    with pytest.raises(ValueError, match=r"interval must be at least 1 .*got 0"):
        make()


@pytest.mark.parametrize("threshold", [0, -1, math.nan])
def test_a_threshold_that_is_not_above_zero_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold must be above 0, got"):
        Adaptive(threshold, 3)
