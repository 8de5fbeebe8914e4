import pytest

from models.evaluation.metrics import METRICS, MetricResources, choose


@pytest.fixture(autouse=True)
def no_lpips_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))


def test_auto_takes_what_lacks_nothing():
    assert list(choose("auto", MetricResources())) == ["psnr", "ssim", "warp_error", "flicker"]


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
