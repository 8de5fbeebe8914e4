import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates

from tests.textures import texture
from util.flow import optical_flow, warp


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
