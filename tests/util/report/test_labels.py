import torch

from models.evaluation.metrics import METRICS, MetricResources
from models.evaluation.metrics.base import FrameContext
from models.evaluation.scores import MethodOutput, Scores
from util.report.labels import LABELS, Label, label
from util.report.methods import SHORTCUT


def test_every_figure_that_metrics_make_has_a_label():
    known = {name: METRICS[name] for name in METRICS if METRICS[name].missing(MetricResources()) is None}
    scores, x = Scores(known, MetricResources(), [SHORTCUT]), torch.zeros(1, 3, 16, 16)
    scores.add(FrameContext("a", 0, x), {SHORTCUT: MethodOutput(x, 1, False)}, x)
    figures = scores.figures()
    assert figures and all(name in LABELS and set(LABELS[name].kinds) <= set(of) for name, of in figures.items())


def test_a_figure_is_written_with_its_digits_and_a_missing_one_is_a_dash():
    assert label("psnr").shown(30.126) == "30.13" and label("psnr").shown(None) == "-"


def test_an_unknown_figure_keeps_its_name_and_claims_no_direction():
    assert label("of_another_version") == Label("of_another_version", "", 4)
