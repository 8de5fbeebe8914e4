import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates, maximum_filter

from data.samples.street.clips import clips, scene_of
from data.samples.street.flow import exact_flow
from models.evaluation.metrics.base import FrameContext, MetricResources
from models.evaluation.metrics.image import lpips_network
from models.evaluation.metrics.temporal import Flicker, TemporalLpips, WarpError, static_pixels, warp_error
from tests.helpers import alexnet
from tests.helpers.textures import texture
from util.flow import Motion

STILL = texture()


def play(metric, inputs, outputs, targets=None, distances=None):
    """The figures of every frame of one clip."""
    previous = [None, *inputs]
    return [
        metric.update(
            FrameContext("a", t, frame, previous[t]),
            outputs[t],
            (targets or outputs)[t],
            distances[t] if distances else t % 3,
        )
        for t, frame in enumerate(inputs)
    ]


def turning(frames, picture, step=3):
    """What a camera sees that turns over `picture`: windows 128 pixels wide."""
    return [picture[..., step * t : step * t + 128] for t in range(frames)]


def test_a_picture_moved_by_the_exact_flow_of_the_sample_has_no_warp_error():
    scene = scene_of(next(clip for clip in clips() if clip.name == "067"))
    flow, visible = exact_flow(scene, 13, 12)
    previous = texture(128, 256)
    rows, columns = np.indices(visible.shape)
    at = np.nan_to_num(rows + flow[1]), np.nan_to_num(columns + flow[0])
    moved = torch.from_numpy(np.stack([map_coordinates(channel, at, order=1) for channel in previous[0].numpy()]))[None]
    output, before = (moved + 1) / 2, (previous + 1) / 2
    assert warp_error(output, before, Motion(flow, visible)) < 1e-4
    assert warp_error(before, before, Motion(flow, visible)) > 1e-2


def test_warp_error_is_the_mean_squared_difference_over_valid_pixels():
    valid = np.ones((6, 8), bool)
    valid[:, :3] = False
    flow = np.zeros((2, 6, 8), np.float32)
    flow[:, :, 0] = math.nan
    before = torch.full((1, 3, 6, 8), 0.5)
    output = before.clone()
    output[..., :3] = 1.0  # not valid
    output[..., 4] = 0.7  # one of five valid columns
    assert warp_error(output, before, Motion(flow, valid)) == pytest.approx(0.2**2 / 5, rel=1e-4)


def test_warp_error_of_a_steady_light_change_is_its_square():
    outputs = [torch.full_like(STILL, level) for level in (-0.4, 0.0, 0.4)]
    metric = WarpError(MetricResources())
    square = {"warp_error": pytest.approx(0.04, rel=1e-4)}
    assert play(metric, [STILL] * 3, outputs, targets=[STILL] * 3) == [{}, square, square]
    assert metric.compute()["warp_error"]["all"] == square["warp_error"]


def test_a_video_that_moves_with_its_input_has_less_warp_error_than_one_that_stutters():
    inputs, moving = turning(6, texture(64, 144)), turning(6, texture(64, 144, seed=1))
    stutters = [moving[t // 3 * 3] for t in range(6)]
    follows, stays = WarpError(MetricResources()), WarpError(MetricResources())
    play(follows, inputs, moving)
    play(stays, inputs, stutters)
    assert follows.compute()["warp_error"]["all"] < 0.1 * stays.compute()["warp_error"]["all"]


def test_a_scene_cut_has_no_figure():
    shots = [texture(seed=1), texture(seed=1), texture(seed=2), texture(seed=2)]
    for metric in (WarpError, Flicker):
        assert [bool(figures) for figures in play(metric(MetricResources()), shots, shots)] == [
            False,
            True,
            False,
            True,
        ]


def test_flicker_is_the_mean_change_in_levels_where_the_input_stands_still():
    inputs = [texture(64, 256), texture(64, 256)]
    inputs[1][..., :128] = texture(64, 128, seed=1)  # the left half is another one
    outputs = [torch.zeros(1, 3, 64, 256), torch.full((1, 3, 64, 256), 0.08)]
    outputs[1][..., :131] = 1  # as far as the window looks from the left half
    metric = Flicker(MetricResources())
    assert play(metric, inputs, outputs, targets=inputs) == [{}, {"flicker": pytest.approx(0.08 * 127.5, rel=1e-4)}]
    assert metric.compute()["flicker"]["all"] == pytest.approx(10.2, rel=1e-4)


def test_where_nothing_stands_still_there_is_no_flicker():
    moving = turning(3, texture(64, 144), step=8)
    metric = Flicker(MetricResources())
    assert play(metric, moving, moving) == [{}, {}, {}]
    assert metric.compute()["flicker"]["all"] is None


def test_static_is_what_differs_little_in_the_whole_window():
    noise = torch.randn(1, 3, 40, 60, generator=torch.Generator().manual_seed(0)) * 1.5 / 127.5
    expected = maximum_filter(noise.abs()[0].amax(dim=0).numpy() * 127.5, size=7, mode="nearest") <= 4
    assert 0.05 < expected.mean() < 0.95
    np.testing.assert_array_equal(static_pixels(torch.zeros_like(noise), noise), expected)


@pytest.mark.parametrize("metric", [WarpError, Flicker])
def test_a_new_clip_is_not_compared_with_the_one_before(metric):
    one = metric(MetricResources())
    play(one, [STILL] * 2, [STILL] * 2)
    assert play(one, [STILL] * 2, [-STILL] * 2)[0] == {}
    assert one.compute()[metric.name]["all"] == pytest.approx(0, abs=1e-6)


def test_figures_tell_the_distances_apart():
    levels = [0.0, 0.2, 0.2, 0.0]
    metric = WarpError(MetricResources())
    play(metric, [STILL] * 4, [torch.full_like(STILL, level) for level in levels], distances=[0, 1, 2, 0])
    figures = metric.compute()["warp_error"]
    assert figures["per_distance"] == {"1": pytest.approx(0.01, rel=1e-4), "2": pytest.approx(0, abs=1e-9)}
    assert (figures["skipped"], figures["all"]) == (pytest.approx(0.005, rel=1e-4), pytest.approx(0.02 / 3, rel=1e-4))


def test_pictures_larger_than_their_input_are_judged_along_its_motion_and_where_it_stands_still():
    inputs = turning(4, texture(64, 144))
    large = [torch.nn.functional.interpolate(frame, scale_factor=2, mode="bilinear") for frame in inputs]
    follows, stutters = WarpError(MetricResources()), WarpError(MetricResources())
    play(follows, inputs, large)
    play(stutters, inputs, [large[t // 2 * 2] for t in range(4)])
    assert follows.compute()["warp_error"]["all"] < 0.1 * stutters.compute()["warp_error"]["all"]
    flicker = Flicker(MetricResources())
    outputs = [torch.zeros(1, 3, 256, 512), torch.full((1, 3, 256, 512), 0.08)]
    assert play(flicker, [texture(128, 256)] * 2, outputs)[1] == {"flicker": pytest.approx(0.08 * 127.5, rel=1e-4)}


def test_only_the_last_frame_is_remembered():
    metric = WarpError(MetricResources())
    play(metric, [STILL] * 5, [STILL] * 5)
    remembered = [value for value in vars(metric).values() if isinstance(value, tuple)]
    assert [len(pair) for pair in remembered] == [2]


@pytest.mark.parametrize("metric", [WarpError, Flicker])
def test_a_diverged_video_is_not_hidden(metric):
    assert math.isnan(play(metric(MetricResources()), [STILL] * 2, [STILL * math.nan] * 2)[1][metric.name])


@pytest.mark.parametrize("metric", [WarpError, Flicker])
def test_tiny_images_work(metric):
    tiny = texture(8, 8)
    assert play(metric(MetricResources()), [tiny] * 2, [tiny] * 2)[1][metric.name] == pytest.approx(0, abs=1e-6)


def test_tlp_without_weights_says_which_file_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert str(tmp_path) in TemporalLpips.missing(MetricResources())
    assert WarpError.missing(MetricResources()) is None and Flicker.missing(MetricResources()) is None


def test_tlp_is_the_distance_between_two_perceptual_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    alexnet.save(tmp_path)
    assert TemporalLpips.missing(MetricResources()) is None
    ours, teachers = ([texture(64, 64, seed) for seed in seeds] for seeds in ((1, 2, 3), (4, 5, 6)))
    of_lpips = [
        [lpips_network()((b + 1) / 2, (a + 1) / 2, normalize=True).item() for a, b in pairwise(video)]
        for video in (ours, teachers)
    ]
    expected = np.abs(np.subtract(*of_lpips))
    metric, teacher = TemporalLpips(MetricResources()), TemporalLpips(MetricResources())
    measured = [figures["tlp"] for figures in play(metric, ours, ours, teachers)[1:]]
    assert measured == pytest.approx(expected, rel=1e-3) and min(measured) > 1e-4
    assert metric.compute()["tlp"]["all"] == pytest.approx(expected.mean(), rel=1e-3)
    assert play(teacher, ours, teachers)[1:] == [{"tlp": pytest.approx(0, abs=1e-6)}] * 2
