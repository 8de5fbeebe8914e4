import pytest
import torch

from models.evaluation.metrics import METRICS, FrameContext, MetricResources, choose, describe_figures
from models.evaluation.scores import MethodOutput, Scores
from util.report.record import SHORTCUT


@pytest.fixture(autouse=True)
def no_lpips_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))


def test_auto_takes_what_lacks_nothing():
    assert list(choose("auto", MetricResources())) == ["psnr", "ssim", "warp_error", "flicker"]


def test_a_metric_is_chosen_by_the_name_of_its_figure():
    names = [(name, metric.name) for name, metric in METRICS.items() if metric is not METRICS["segmentation"]]
    assert all(name == figure for name, figure in names) and len(names) == len(METRICS) - 1


def test_figures_are_shown_as_documented():
    shown = {
        name: (about["better"], about["digits"], about["unit"]) for name, about in describe_figures(METRICS).items()
    }
    assert shown == {
        "psnr": ("↑", 2, ""),
        "ssim": ("↑", 4, "1: the same picture"),
        "lpips": ("↓", 4, ""),
        "warp_error": ("↓", 6, "mean squared difference"),
        "flicker": ("↓", 3, "grey levels"),
        "tlp": ("↓", 4, ""),
        **dict.fromkeys(("miou", "ac", "mp"), ("↑", 4, "")),
        **dict.fromkeys(("fid", "fvd"), ("↓", 2, "")),
    }
    assert [name for name, metric in METRICS.items() if metric.against_teacher] == ["psnr", "ssim", "lpips", "tlp"]
    columns = [column for metric in METRICS.values() for column in metric.columns]
    assert columns == ["psnr", "ssim", "lpips", "warp_error", "flicker", "tlp", "mp"]


def test_the_order_asked_for_is_kept():
    assert list(choose(["ssim", "psnr"], MetricResources())) == ["ssim", "psnr"]


def test_everything_that_named_metrics_lack_is_told_at_once(tmp_path):
    with pytest.raises(ValueError, match=rf"LPIPS needs .*{tmp_path}(.*\n)*.*--seg_weights(.*\n)*.*--i3d_weights"):
        choose(["psnr", "lpips", "segmentation", "fvd"], MetricResources())


def test_a_metric_given_what_it_needs_is_chosen():
    resources = MetricResources(segment=lambda output: output[0, 0].byte().numpy())
    assert "segmentation" in choose("auto", resources)


@pytest.mark.parametrize("name", METRICS)
def test_only_a_distance_to_the_teacher_leaves_the_teacher_without_figures(name):
    assert METRICS[name].against_teacher == (name in {"psnr", "ssim", "lpips", "tlp"})


def test_every_metric_describes_the_figures_that_it_computes():
    segment = MetricResources(segment=lambda output: output[0, 0].byte().numpy())
    known = choose("auto", segment)
    scores, x = Scores(known, segment, [SHORTCUT]), torch.zeros(1, 3, 16, 16)
    frame = FrameContext("a", 0, x, truth=x[0, 0].byte().numpy())
    scores.add(frame, {SHORTCUT: MethodOutput(x, 1, False)}, x)
    figures, described = scores.figures(), describe_figures(known)
    assert figures.keys() == described.keys() and {"psnr", "miou", "warp_error"} <= figures.keys()
    assert all(set(described[name]["frames"]) <= set(values) for name, values in figures.items())


def test_a_description_is_complete_and_no_two_metrics_share_a_figure():
    described = describe_figures(METRICS)
    assert len(described) == sum(len(metric.figures) for metric in METRICS.values())
    assert all(fields.keys() == {"label", "better", "digits", "frames", "unit"} for fields in described.values())
    assert all(fields["better"] in ("↑", "↓") for fields in described.values())
