from statistics import fmean

import pytest
import torch

from models.evaluation.baselines import flow_warp
from models.evaluation.cost import count_macs
from models.evaluation.metrics.image import Psnr, unit_pair
from models.shortcut.matching import hold
from scripts.ablation.evaluation import baselines, by_block, figures, skipped_macs
from scripts.ablation.rows import Recipe
from scripts.ablation.variants import WithoutPixels
from tests.helpers.cached import features, teacher


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return features(tmp_path_factory.mktemp("evaluation"), "val")


def block(form=None):
    torch.manual_seed(0)
    return (Recipe(form) if form else Recipe()).new_block(teacher()).eval()


def test_figures_are_means_over_skipped_frames(clips):
    """Six frames: with references 0 and 3, or 0 alone."""
    found = figures(baselines(clips)["reuse"], clips)
    y = [clips.taught([clips.key(0, number)]).y for number in range(6)]

    def psnr(reference, current):
        return Psnr.measure(*unit_pair(y[reference], y[current]))

    near = {"1": fmean([psnr(0, 1), psnr(3, 4)]), "2": fmean([psnr(0, 2), psnr(3, 5)])}
    assert found["near"]["per_distance"] == pytest.approx(near)
    assert found["near"]["psnr"] == pytest.approx(fmean(near.values())) and 0 < found["near"]["ssim"] < 1
    far = {str(distance): psnr(0, distance) for distance in range(1, 6)}
    assert found["far"]["per_distance"] == pytest.approx(far)
    assert found["far"]["psnr"] == pytest.approx(fmean(far.values()))


def test_flow_warp_is_that_of_every_other_comparison(clips):
    first, last = clips.key(0, 0), clips.key(0, 2)
    expected = flow_warp(clips.frame(first), clips.frame(last), clips.taught([first]).y)
    assert torch.equal(baselines(clips)["flow_warp"](first, last), expected)


@torch.no_grad()
def test_a_block_shows_what_the_tail_makes_of_it_painted_over(clips):
    first, last = clips.key(0, 0), clips.key(0, 1)
    there, here = clips.taught([first]), clips.taught([last])
    whole = block()
    prediction, pixels = whole.with_pixels(there.a, here.a, there.f)
    y = clips.teacher.tail(prediction.feature, here.a)
    torch.testing.assert_close(by_block(whole, clips, 0.0)(first, last), pixels.paint(y, there.y))
    plain = block(WithoutPixels)
    expected = clips.teacher.tail(plain(there.a, here.a, there.f).feature, here.a)
    torch.testing.assert_close(by_block(plain, clips, 0.0)(first, last), expected)


@torch.no_grad()
def test_with_a_threshold_what_does_not_move_is_held(clips):
    first, last = clips.key(0, 0), clips.key(0, 1)
    there, here = clips.taught([first]), clips.taught([last])
    plain = block(WithoutPixels)
    held = hold(plain(there.a, here.a, there.f).feature, there.f, there.a, here.a, 10.0)
    torch.testing.assert_close(by_block(plain, clips, 10.0)(first, last), clips.teacher.tail(held, here.a))


def test_macs_are_those_of_head_block_and_tail(clips):
    whole, one = block(), clips.taught([0])
    parts = count_macs(whole.with_pixels, one.a, one.a, one.f), count_macs(clips.teacher.head, clips.frame(0))
    assert sum(parts) < skipped_macs(whole, clips) < sum(parts) + count_macs(clips.teacher, clips.frame(0))
