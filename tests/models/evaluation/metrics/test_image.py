import math

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d

from models.evaluation.metrics.base import FrameContext, MetricResources
from models.evaluation.metrics.image import ImageMetric, Lpips, PooledError, Psnr, Ssim
from util.report.record import Figure

SCENE = FrameContext("clip", 0, torch.zeros(1, 3, 8, 8))


def pair(seed=0, size=(20, 26), noise=0.2):
    generator = torch.Generator().manual_seed(seed)
    target = torch.rand(1, 3, *size, generator=generator) * 1.6 - 0.8
    return target + noise * torch.randn(target.shape, generator=generator).clamp(-0.9, 0.9), target


def figure(metric, output, target, distance=1):
    """The figure of one more frame."""
    (value,) = metric.update(SCENE, output, target, distance).values()
    return value


def ssim_by_hand(x, y):
    """Wang's formula on one channel [H, W] in [0, 1], only where the window lies inside."""
    g = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(g, g) / g.sum() ** 2
    mx, my, xx, yy, xy = (convolve2d(v, window, mode="valid") for v in (x, y, x * x, y * y, x * y))
    numerator = (2 * mx * my + 0.01**2) * (2 * (xy - mx * my) + 0.03**2)
    return (numerator / ((mx**2 + my**2 + 0.01**2) * (xx - mx**2 + yy - my**2 + 0.03**2))).mean()


def test_psnr_of_a_known_error():
    target = torch.zeros(1, 3, 8, 8)
    assert figure(Psnr(MetricResources()), target + 0.2, target) == pytest.approx(20)  # an error of 0.1 in [0, 1]


def test_exact_frames_do_not_raise_the_psnr_of_all_frames_above_the_error_that_is_left():
    x, metric = torch.rand(1, 3, 8, 8), Psnr(MetricResources())
    assert metric.compute()["psnr"]["all"] is None
    assert figure(metric, x, x, distance=0) == 100
    assert metric.compute()["psnr"]["all"] == 100
    figure(metric, torch.full_like(x, 0.2), torch.zeros_like(x))  # 20 dB: an error of 0.01, 0.005 over both frames
    found = metric.compute()["psnr"]
    assert found["all"] == found["pooled"] == pytest.approx(-10 * math.log10(0.005))
    assert found["skipped"] == pytest.approx(20)


def test_the_pooled_psnr_is_that_of_the_mean_squared_error():
    metric, target = Psnr(MetricResources()), -torch.ones(1, 3, 8, 8)
    for error in (0.02, 0.2, 2.0, 0.0):  # mean squared errors 1e-4, 1e-2, 1, 0 in [0, 1]
        figure(metric, target + error, target)
    assert metric.compute()["psnr"]["pooled"] == pytest.approx(-10 * math.log10((1 + 1e-2 + 1e-4) / 4))


def test_the_merged_error_is_that_of_all_frames():
    first, second = PooledError(), PooledError()
    first.add(20.0)
    second.add(10.0)
    second.add(100.0)
    first.merge(second)
    assert (first.error, first.frames) == (pytest.approx(0.11), 3)


def test_frames_without_error_alone_have_no_pooled_figure():
    metric, x = Psnr(MetricResources()), torch.zeros(1, 3, 8, 8)
    figure(metric, x, x)
    assert metric.compute()["psnr"]["pooled"] is None


@pytest.mark.parametrize("contrast", [1.0, 0.05])  # with little contrast, how variances are counted shows
def test_ssim_is_the_formula(contrast):
    output, target = (contrast * image for image in pair())
    x, y = (((t[0].double().clamp(-1, 1) + 1) / 2).numpy() for t in (output, target))
    expected = np.mean([ssim_by_hand(a, b) for a, b in zip(x, y, strict=True)])
    assert figure(Ssim(MetricResources()), output, target) == pytest.approx(expected, abs=1e-5)


def test_ssim_of_identical_images_is_one():
    x = pair()[1]
    assert figure(Ssim(MetricResources()), x, x) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("metric", [Psnr, Ssim])
def test_values_outside_the_range_are_clamped_as_a_picture_would_be(metric):
    output, target = pair(noise=0.8)
    clamped = (output * 3).clamp(-1, 1)
    assert figure(metric(MetricResources()), output * 3, target) == figure(metric(MetricResources()), clamped, target)


def test_a_diverged_output_is_not_hidden():
    target = torch.zeros(1, 3, 12, 12)
    assert math.isnan(figure(Psnr(MetricResources()), target * math.nan, target))


@pytest.mark.parametrize("shapes", [((1, 3, 8, 8), (1, 3, 8, 9)), ((3, 8, 8), (3, 8, 8)), ((2, 3, 8, 8), (2, 3, 8, 8))])
def test_other_shapes_are_refused(shapes):
    with pytest.raises(ValueError, match=r"want two images \[1, 3, H, W\]"):
        figure(Psnr(MetricResources()), *map(torch.zeros, shapes))


def test_images_below_the_window_are_refused():
    with pytest.raises(ValueError, match="11x11 window"):
        figure(Ssim(MetricResources()), torch.zeros(1, 3, 10, 30), torch.zeros(1, 3, 10, 30))


def test_lpips_with_weights_in_place_tells_images_apart(tmp_path, monkeypatch):
    from torchvision.models import AlexNet_Weights, alexnet

    with torch.device("meta"):
        shapes = {key: value.shape for key, value in alexnet().state_dict().items()}
    weights = {key: torch.randn(shape) * 0.05 if "features" in key else torch.zeros(1).expand(shape)
               for key, shape in shapes.items()}  # fmt: skip
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert str(tmp_path) in Lpips.missing(MetricResources())
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(weights, folder / AlexNet_Weights.IMAGENET1K_V1.url.rsplit("/", 1)[1])

    assert Lpips.missing(MetricResources()) is None
    output, target = pair(size=(64, 64))
    near, far, metric = 0.9 * target + 0.1 * output, output, Lpips(MetricResources())
    assert figure(metric, target, target) == 0
    assert 0 < figure(metric, near, target) < figure(metric, far, target)
    side = Lpips.shortest_side
    assert figure(metric, *pair(size=(side, side))) > 0
    with pytest.raises(RuntimeError):
        figure(metric, *pair(size=(side - 1, side - 1)))


def test_a_new_metric_of_single_pictures_is_one_method():
    class MeanError(ImageMetric):
        name, figure = "mean_error", Figure("MAE")

        @staticmethod
        def measure(output, target):
            return (output - target).abs().mean().item()

    metric = MeanError(MetricResources())
    figure(metric, torch.ones(1, 3, 2, 2), -torch.ones(1, 3, 2, 2), distance=2)
    assert metric.columns == ("mean_error",) and metric.figures == {"mean_error": Figure("MAE")}
    assert metric.compute() == {"mean_error": {"skipped": 1, "all": 1, "per_distance": {"2": 1}}}
