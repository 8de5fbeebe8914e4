import pytest
import torch

from models.evaluation.metrics import FrameContext, MetricResources
from models.evaluation.metrics.image import Psnr, Ssim
from models.evaluation.metrics.temporal import Flicker
from models.evaluation.scores import MethodOutput, Scores
from util.report.record import SHORTCUT, TEACHER

TARGET = -torch.ones(1, 3, 16, 16)


def off(error):
    """An image whose PSNR against TARGET is -20 log10(error / 2)."""
    return TARGET + error


def scene(index=0):
    return FrameContext("clip", index, TARGET, TARGET if index else None)


def filled():
    scores = Scores({"psnr": Psnr}, MetricResources(), [SHORTCUT, "reuse"])
    for index, (distance, error) in enumerate([(0, 0.02), (1, 0.2), (2, 2.0), (0, 0.02), (1, 0.02)]):
        reference = distance == 0
        shown = {
            SHORTCUT: MethodOutput(off(error), distance, reference, 9.0),
            "reuse": MethodOutput(off(2.0), distance, reference, 4.0),
        }
        scores.add(scene(index), shown, TARGET)
    return scores


def test_every_method_is_summed_up_apart():
    scores, zero = filled(), pytest.approx(0, abs=1e-5)
    assert scores.figures()["psnr"]["per_distance"] == {"1": pytest.approx(30), "2": zero}
    assert scores.figures("reuse")["psnr"]["per_distance"] == {"1": zero, "2": zero}


def test_frames_are_counted_by_kind_and_skipped_ones_timed():
    assert filled().frames() == filled().frames("reuse") == {"total": 5, "reference": 2, "skipped": 3}
    assert filled().skipped_ms(SHORTCUT) == 9 and filled().skipped_ms("reuse") == 4


def test_methods_with_references_of_their_own_are_counted_apart():
    scores = Scores({}, MetricResources(), [SHORTCUT, "other"])
    scores.add(scene(), {SHORTCUT: MethodOutput(TARGET, 0, True), "other": MethodOutput(TARGET, 3, False)})
    assert scores.frames() == {"total": 1, "reference": 1, "skipped": 0}
    assert scores.frames("other") == {"total": 1, "reference": 0, "skipped": 1}


def test_each_frame_gives_its_own_figures():
    scores = Scores({"psnr": Psnr, "ssim": Ssim}, MetricResources(), [SHORTCUT, "reuse"])
    figures = scores.add(
        scene(), {SHORTCUT: MethodOutput(off(0.2), 1, False), "reuse": MethodOutput(TARGET, 1, False)}, TARGET
    )
    assert figures[SHORTCUT]["psnr"] == pytest.approx(20)
    assert figures["reuse"] == {"psnr": 100, "ssim": pytest.approx(1)}


def test_the_teacher_has_figures_that_are_no_distance_to_itself_over_the_frames_that_the_shortcut_skips():
    scores = Scores({"psnr": Psnr, "flicker": Flicker}, MetricResources(), [TEACHER, SHORTCUT])
    assert scores.columns() == [(TEACHER, "flicker"), (SHORTCUT, "psnr"), (SHORTCUT, "flicker")]
    for index, level in enumerate((0.0, 0.2, 0.6)):
        figures = scores.add(scene(index), {SHORTCUT: MethodOutput(off(1.0), index, index == 0)}, off(level))
    assert figures[TEACHER] == {"flicker": pytest.approx(0.2 * 255)} and figures[SHORTCUT]["flicker"] == 0
    assert scores.figures(TEACHER)["flicker"]["per_distance"] == pytest.approx({"1": 0.1 * 255, "2": 0.2 * 255})


def test_without_a_target_frames_are_only_counted():
    scores = Scores({"psnr": Psnr}, MetricResources(), [SHORTCUT])
    assert scores.add(scene(), {SHORTCUT: MethodOutput(TARGET, 0, True)}) == {}
    assert scores.frames()["total"] == 1
    assert scores.figures() == {"psnr": {"skipped": None, "all": None, "pooled": None, "per_distance": {}}}
