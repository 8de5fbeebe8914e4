import pytest
import torch

from models.evaluation.metrics.base import AverageByDistance, FrameContext
from util.flow import Motion


def test_averages_are_per_distance_over_skipped_and_over_all_frames():
    averages = AverageByDistance()
    for distance, value in [(0, 100.0), (10, 1.0), (1, 4.0), (1, 8.0), (0, 50.0)]:
        averages.add(value, distance)
    figures = averages.compute()
    assert figures == {
        "skipped": pytest.approx(13 / 3),
        "all": pytest.approx(163 / 5),
        "per_distance": {"1": 6.0, "10": 1.0},
    }
    assert list(figures["per_distance"]) == ["1", "10"]


def test_an_average_of_nothing_is_none():
    assert AverageByDistance().compute() == {"skipped": None, "all": None, "per_distance": {}}
    averages = AverageByDistance()
    averages.add(3.0, 0)
    assert averages.compute() == {"skipped": None, "all": 3.0, "per_distance": {}}


def test_a_frame_has_the_motion_since_the_one_before_unless_the_clip_begins():
    frame = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))
    assert FrameContext("a", 0, frame).motion is None
    scene = FrameContext("a", 1, frame, frame)
    assert isinstance(scene.motion, Motion) and abs(scene.motion.flow).max() < 0.01
    assert scene.motion is scene.motion  # computed once for all methods


def test_merged_averages_are_those_of_all_frames():
    first, second, whole = AverageByDistance(), AverageByDistance(), AverageByDistance()
    for number, (distance, value) in enumerate([(0, 100.0), (10, 1.0), (1, 4.0), (1, 8.0), (0, 50.0)]):
        (first if number < 3 else second).add(value, distance)
        whole.add(value, distance)
    first.merge(second)
    assert first.compute() == whole.compute()
