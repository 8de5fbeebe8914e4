import pytest
import torch

from models.evaluation.method_cost import method_cost
from models.evaluation.metrics import Needs, Scene
from models.evaluation.scores import Scores, Shown
from util.report.methods import OURS, TEACHER

MACS = {"teacher": 100, "reference": 110, "skipped": 20}
MS = {kind: {"median": ms, "p95": 99.0} for kind, ms in (("teacher", 50.0), ("reference", 60.0), ("skipped", 10.0))}
X = torch.zeros(1, 3, 8, 8)


def costs(references, others=(), total=4):
    """Of `total` frames, the first `references` of them reference frames of all methods but `others`."""
    scores = Scores({}, Needs(), [TEACHER, "flow_warp", OURS, *others])
    for index in range(total):
        renewed = index < references
        shown = {OURS: Shown(X, 0, renewed, ms=7.0), "flow_warp": Shown(X, 0, renewed, ms=7.0 if renewed else 2.0)}
        shown |= {name: Shown(X, 0, reference=True) for name in others}
        scores.add(Scene("a", index, X), shown)
    return method_cost(scores, MACS, MS)


def test_the_teacher_runs_on_every_frame():
    assert costs(1)[TEACHER] == {"macs": 100, "saving": 1, "ms": 50}


def test_a_shortcut_costs_what_its_frames_were():
    mean = (110 + 3 * 20) / 4
    assert costs(1)[OURS] == {"macs": mean, "saving": pytest.approx(100 / mean), "ms": (60 + 3 * 10) / 4}


def test_a_baseline_runs_the_teacher_where_the_shortcut_has_references_and_no_network_between():
    assert costs(1)["flow_warp"] == {"macs": 25, "saving": 4, "ms": (50 + 3 * 2) / 4}


def test_another_shortcut_is_counted_with_its_own_references():
    assert costs(1, others=("shortcut_adaptive",))["shortcut_adaptive"]["macs"] == 110


def test_without_skipped_frames_everything_is_the_teacher():
    found = costs(4)
    assert found["flow_warp"] == found[TEACHER] and found[OURS]["macs"] == 110


def test_a_baseline_is_no_shortcut_whatever_its_name():
    assert costs(1, others=("shortcut_free",))["shortcut_free"]["macs"] == MACS["teacher"]
