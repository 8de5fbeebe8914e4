import math

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d

from util.metrics import METRICS, Lpips, Metric, Psnr, Ssim, available, pooled_mean


def pair(seed=0, size=(20, 26), noise=0.2):
    generator = torch.Generator().manual_seed(seed)
    target = torch.rand(1, 3, *size, generator=generator) * 1.6 - 0.8
    return target + noise * torch.randn(target.shape, generator=generator).clamp(-0.9, 0.9), target


def ssim_by_hand(x, y):
    """Wang's formula on one channel [H, W] in [0, 1], only where the window lies inside."""
    g = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    window = np.outer(g, g) / g.sum() ** 2
    mx, my, xx, yy, xy = (convolve2d(v, window, mode="valid") for v in (x, y, x * x, y * y, x * y))
    numerator = (2 * mx * my + 0.01**2) * (2 * (xy - mx * my) + 0.03**2)
    return (numerator / ((mx**2 + my**2 + 0.01**2) * (xx - mx**2 + yy - my**2 + 0.03**2))).mean()


def test_psnr_of_a_known_error():
    target = torch.zeros(1, 3, 8, 8)
    assert Psnr().update(target + 0.2, target) == pytest.approx(20)  # an error of 0.1 in [0, 1]


def test_identical_images_count_100_db_and_the_mean_stays_finite():
    x, metric = torch.rand(1, 3, 8, 8), Psnr()
    metric.update(x, x)
    metric.update(torch.full_like(x, 0.2), torch.zeros_like(x))
    assert metric.compute() == pytest.approx(60)


def test_ssim_is_the_formula():
    output, target = pair()
    x, y = (((t[0].double().clamp(-1, 1) + 1) / 2).numpy() for t in (output, target))
    expected = np.mean([ssim_by_hand(a, b) for a, b in zip(x, y, strict=True)])
    assert Ssim().update(output, target) == pytest.approx(expected, abs=1e-5)


def test_ssim_of_identical_images_is_one():
    x = pair()[1]
    assert Ssim().update(x, x) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("metric", [Psnr, Ssim])
def test_values_outside_the_range_are_clamped_as_a_picture_would_be(metric):
    output, target = pair(noise=0.8)
    assert metric().update(output * 3, target) == metric().update((output * 3).clamp(-1, 1), target)


def test_the_mean_is_over_images():
    metric = Psnr()
    assert metric.compute() is None
    values = [metric.update(*pair(seed)) for seed in range(3)]
    assert metric.compute() == pytest.approx(sum(values) / 3)


def test_pooling_weighs_by_the_number_of_images():
    one, two, empty = Psnr(), Psnr(), Psnr()
    values = [one.update(*pair(0)), two.update(*pair(1)), two.update(*pair(2, noise=0.5))]
    assert pooled_mean([one, two, empty]) == pytest.approx(sum(values) / 3)
    assert pooled_mean([empty]) is None


def test_an_accumulator_remembers_two_numbers():
    metric = Ssim()
    metric.update(*pair())
    assert set(vars(metric)) == {"total", "count"}


def test_a_diverged_output_is_not_hidden():
    target = torch.zeros(1, 3, 12, 12)
    assert math.isnan(Psnr().update(target * math.nan, target))


@pytest.mark.parametrize("shapes", [((1, 3, 8, 8), (1, 3, 8, 9)), ((3, 8, 8), (3, 8, 8)), ((2, 3, 8, 8), (2, 3, 8, 8))])
def test_other_shapes_are_refused(shapes):
    with pytest.raises(ValueError, match=r"want two images \[1, 3, H, W\]"):
        Psnr().update(*map(torch.zeros, shapes))


def test_images_below_the_window_are_refused():
    with pytest.raises(ValueError, match="11x11 window"):
        Ssim().update(torch.zeros(1, 3, 10, 30), torch.zeros(1, 3, 10, 30))


def test_lpips_is_offered_only_where_its_weights_are(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert list(available()) == ["psnr", "ssim"]
    assert str(tmp_path) in Lpips.missing()


def test_lpips_with_weights_in_place_tells_images_apart(tmp_path, monkeypatch):
    from torchvision.models import AlexNet_Weights, alexnet

    with torch.device("meta"):
        shapes = {key: value.shape for key, value in alexnet().state_dict().items()}
    weights = {key: torch.randn(shape) * 0.05 if "features" in key else torch.zeros(1).expand(shape)
               for key, shape in shapes.items()}  # fmt: skip
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(weights, folder / AlexNet_Weights.IMAGENET1K_V1.url.rsplit("/", 1)[1])
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    assert list(available()) == list(METRICS)
    output, target = pair(size=(64, 64))
    near, far, metric = 0.9 * target + 0.1 * output, output, Lpips()
    assert metric.update(target, target) == 0
    assert 0 < metric.update(near, target) < metric.update(far, target)


def test_a_new_metric_is_one_method():
    class MeanError(Metric):
        def measure(self, output, target):
            return (output - target).abs().mean().item()

    metric = MeanError()
    metric.update(torch.ones(1, 3, 2, 2), -torch.ones(1, 3, 2, 2))
    assert metric.compute() == 1
