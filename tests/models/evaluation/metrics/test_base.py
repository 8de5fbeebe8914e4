import pytest
import torch

from models.evaluation.metrics.base import FrameContext, Means
from models.evaluation.metrics.motion import Motion


def test_means_are_per_distance_over_skipped_and_over_all_frames():
    means = Means()
    for distance, value in [(0, 100.0), (10, 1.0), (1, 4.0), (1, 8.0), (0, 50.0)]:
        means.add(value, distance)
    figures = means.figures()
    assert figures == {
        "skipped": pytest.approx(13 / 3),
        "all": pytest.approx(163 / 5),
        "per_distance": {"1": 6.0, "10": 1.0},
    }
    assert list(figures["per_distance"]) == ["1", "10"]


def test_a_mean_of_nothing_is_none():
    assert Means().figures() == {"skipped": None, "all": None, "per_distance": {}}
    means = Means()
    means.add(3.0, 0)
    assert means.figures() == {"skipped": None, "all": 3.0, "per_distance": {}}


def test_a_scene_knows_how_it_moved_unless_the_clip_begins():
    frame = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))
    assert FrameContext("a", 0, frame).motion is None
    scene = FrameContext("a", 1, frame, frame)
    assert isinstance(scene.motion, Motion) and abs(scene.motion.flow).max() < 0.01
    assert scene.motion is scene.motion  # found once for all methods
