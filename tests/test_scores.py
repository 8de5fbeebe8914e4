import math

import pytest
import torch

from util.metrics import Psnr, Ssim
from util.scores import OURS, Scores

TARGET = -torch.ones(1, 3, 16, 16)


def off(error):
    """An image whose PSNR against TARGET is -20 log10(error / 2)."""
    return TARGET + error


def filled():
    scores = Scores({"psnr": Psnr})
    for distance, error in [(0, 0.02), (1, 0.2), (2, 2.0), (0, 0.02), (1, 0.02)]:  # 40, 20, 0, 40, 40 dB
        scores.add(distance, {OURS: off(error), "reuse": off(2.0)}, TARGET, is_reference=distance == 0)
    return scores


def test_means_are_per_distance_over_skipped_and_over_all_frames():
    assert filled().quality() == {
        "psnr": {
            "skipped": pytest.approx(20),
            "all": pytest.approx(28),
            "pooled": pytest.approx(-10 * math.log10((1 + 0.01 + 3e-4) / 5)),
            "per_distance": {"1": pytest.approx(30), "2": pytest.approx(0, abs=1e-5)},
        }
    }


def test_frames_without_error_count_in_the_pooled_figure_and_alone_have_none():
    scores = Scores({"psnr": Psnr})
    scores.add(0, {OURS: TARGET}, TARGET, is_reference=True)
    assert scores.quality()["psnr"]["pooled"] is None
    scores.add(1, {OURS: off(0.2)}, TARGET, is_reference=False)
    assert scores.quality()["psnr"]["pooled"] == pytest.approx(20 + 10 * math.log10(2))


def test_only_psnr_is_pooled():
    scores = Scores({"ssim": Ssim})
    scores.add(1, {OURS: off(0.2)}, TARGET, is_reference=False)
    assert "pooled" not in scores.quality()["ssim"]


def test_baselines_are_summed_up_apart():
    zero = pytest.approx(0, abs=1e-5)
    assert filled().baselines() == {
        "reuse": {"psnr": {"skipped": zero, "all": zero, "pooled": zero, "per_distance": {"1": zero, "2": zero}}}
    }


def test_frames_are_counted_by_kind():
    assert filled().frames() == {"total": 5, "reference": 2, "skipped": 3}


def test_each_frame_gives_its_own_figures():
    scores = Scores({"psnr": Psnr, "ssim": Ssim})
    figures = scores.add(1, {OURS: off(0.2), "reuse": TARGET}, TARGET, is_reference=1 == 0)
    assert figures[OURS]["psnr"] == pytest.approx(20)
    assert figures["reuse"] == {"psnr": 100, "ssim": pytest.approx(1)}


def test_distances_come_in_order():
    scores = Scores({"psnr": Psnr})
    for distance in (10, 2, 1):
        scores.add(distance, {OURS: off(0.2)}, TARGET, is_reference=distance == 0)
    assert list(scores.quality()["psnr"]["per_distance"]) == ["1", "2", "10"]


def test_without_a_target_frames_are_only_counted():
    scores = Scores({"psnr": Psnr})
    assert scores.add(0, {OURS: TARGET}, None, is_reference=0 == 0) == {}
    assert scores.frames()["total"] == 1
    assert scores.quality() == {"psnr": {"skipped": None, "all": None, "pooled": None, "per_distance": {}}}
    assert scores.baselines() == {}
