import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates

from tests.helpers.textures import texture
from util.flow import enlarged, factor_between, optical_flow, warp


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_warp_reads_where_scipy_reads(channels):
    rng = np.random.default_rng(1)
    image = rng.uniform(0, 1, (channels, 12, 17)).astype(np.float32)
    flow = rng.uniform(-6, 6, (2, 12, 17)).astype(np.float32)  # some of it leaves the image
    rows, columns = np.indices((12, 17))
    expected = [map_coordinates(c, (rows + flow[1], columns + flow[0]), order=1, mode="nearest") for c in image]
    assert np.abs(warp(image, flow) - expected).max() < 2 / 64  # half of 1/32 pixel down and right, steps of at most 1


def test_whole_pixels_are_moved_exactly():
    image = np.random.default_rng(2).uniform(0, 1, (3, 8, 9)).astype(np.float32)
    flow = np.zeros((2, 8, 9), np.float32)
    flow[0], flow[1] = 2, -1
    np.testing.assert_array_equal(warp(image, flow)[:, 1:, :-2], image[:, :-1, 2:])


def test_flow_points_from_here_to_there():
    scene = texture(72, 140)
    here, there = scene[..., 2:66, 3:131], scene[..., 4:68, 0:128]  # what is at x here is at x + 3, y - 2 there
    flow = optical_flow(here, there)[:, 12:-12, 12:-12]
    assert flow.shape == (2, 40, 104)
    assert np.abs(flow - np.array([3, -2])[:, None, None]).mean() < 0.1


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 256), (16, 512), (200, 8)])
def test_tiny_and_very_wide_images_work(size):
    still = texture(*size)
    flow = optical_flow(still, still)
    assert flow.shape == (2, *size) and np.abs(flow).max() < 0.01


def test_images_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"one shape, got \[1, 3, 32, 32\] and \[1, 3, 32, 40\]"):
        optical_flow(torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 32, 40))


def test_the_flow_of_larger_pictures_is_resized_and_as_much_longer():
    x = np.arange(8, dtype=np.float32)
    flow = np.broadcast_to(np.stack([x, 2 * x])[:, None], (2, 6, 8))
    large = enlarged(flow, 3)
    expected = 3 * np.interp((np.arange(24) + 0.5) / 3 - 0.5, x, x)
    np.testing.assert_allclose(
        large, np.broadcast_to(np.stack([expected, 2 * expected])[:, None], (2, 18, 24)), atol=1e-4
    )
    np.testing.assert_array_equal(enlarged(flow, 1), flow)


def test_outputs_are_a_whole_number_of_times_as_large():
    assert factor_between(torch.zeros(1, 3, 8, 16), torch.zeros(1, 3, 32, 64)) == 4
    for size in ((12, 24), (16, 16), (4, 8)):
        with pytest.raises(ValueError, match="whole number of times"):
            factor_between(torch.zeros(1, 3, 8, 16), torch.zeros(1, 3, *size))
