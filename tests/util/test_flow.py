import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates

from data.samples.street.clips import appearance_of, clips, scene_of
from data.samples.street.flow import exact_flow
from data.samples.street.render import render
from tests.helpers.textures import texture
from util.flow import Motion, optical_flow, scale_factor, upscale_flow, warp
from util.image import to_tensor


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
    large = upscale_flow(flow, 3)
    expected = 3 * np.interp((np.arange(24) + 0.5) / 3 - 0.5, x, x)
    np.testing.assert_allclose(
        large, np.broadcast_to(np.stack([expected, 2 * expected])[:, None], (2, 18, 24)), atol=1e-4
    )
    np.testing.assert_array_equal(upscale_flow(flow, 1), flow)


def test_outputs_are_a_whole_number_of_times_as_large():
    assert scale_factor(torch.zeros(1, 3, 8, 16), torch.zeros(1, 3, 32, 64)) == 4
    for size in ((12, 24), (16, 16), (4, 8)):
        with pytest.raises(ValueError, match="whole number of times"):
            scale_factor(torch.zeros(1, 3, 8, 16), torch.zeros(1, 3, *size))


def covered(left):
    """A picture whose square of 20 x 20 pixels begins at column `left`."""
    image = texture()
    image[..., 20:40, left : left + 20] = texture(20, 20, seed=1)
    return image


@pytest.fixture(scope="module")
def street():
    """The 13th and 14th frame of a clip of the sample, and the exact flow back with where it holds."""
    clip = next(clip for clip in clips() if clip.name == "067")
    scene = scene_of(clip)
    previous, current = (to_tensor(render(scene, appearance_of(clip), t)[0])[None] for t in (12, 13))
    return previous, current, *exact_flow(scene, 13, 12)


def test_the_motion_of_larger_pictures_is_as_much_longer():
    valid = np.array([[True, False], [False, True]])
    motion = Motion(np.stack([np.full((2, 2), 1.5), np.full((2, 2), -1)]).astype(np.float32), valid).upscale(4)
    np.testing.assert_array_equal(motion.flow, np.stack([np.full((8, 8), 6), np.full((8, 8), -4)]))
    np.testing.assert_array_equal(motion.valid, np.kron(valid, np.ones((4, 4), bool)))


def test_without_motion_everything_is_valid():
    motion = Motion.between(texture(), texture())
    assert np.abs(motion.flow).max() < 0.01
    assert motion.valid_share == 1


def test_the_flow_leads_back_and_what_was_outside_is_not_valid():
    scene = texture(64, 136)
    motion = Motion.between(scene[..., :128], scene[..., 8:])  # the camera turns right: all was 8 pixels further right
    assert np.abs(motion.flow[:, 12:-12, 12:-24] - np.array([8, 0])[:, None, None]).mean() < 0.1
    assert motion.valid[:, 12:-24].mean() > 0.95
    assert motion.valid[:, -7:].mean() < 0.1


def test_what_was_hidden_is_not_valid():
    motion = Motion.between(covered(left=40), covered(left=50))
    uncovered, elsewhere = motion.valid[20:40, 40:50], motion.valid[:, 80:]
    assert uncovered.mean() < 0.3 < 0.95 < elsewhere.mean()


def test_across_a_scene_cut_little_is_valid():
    assert Motion.between(texture(seed=1), texture(seed=2)).valid_share < 0.4


def test_the_flow_is_near_the_exact_one_where_it_is_valid(street):
    previous, current, exact, visible = street
    motion = Motion.between(previous, current)
    error = np.hypot(*(motion.flow - exact))
    assert motion.valid_share > 0.7
    assert np.median(error[motion.valid & visible]) < 0.25
    assert error[motion.valid & visible].mean() < 0.7 * error[~motion.valid & visible].mean()


def test_valid_is_the_published_criterion(street):
    """Ruder et al., Eqs. 5 and 6, by scipy, and inside the image."""
    previous, current = street[:2]
    there, back = optical_flow(current, previous), optical_flow(previous, current)
    rows, columns = np.indices(there.shape[1:])
    at = np.array([rows + there[1], columns + there[0]])
    back = np.stack([map_coordinates(part, at, order=1, mode="nearest") for part in back])
    confirmed = np.hypot(*(there + back)) ** 2 < 0.01 * (np.hypot(*there) ** 2 + np.hypot(*back) ** 2) + 0.5
    padded = np.pad(there, ((0, 0), (0, 1), (0, 1)), mode="edge").astype(np.float64)
    gradients = padded[:, :-1, 1:] - there, padded[:, 1:, :-1] - there
    boundary = sum(np.hypot(*gradient) ** 2 for gradient in gradients) > 0.01 * np.hypot(*there) ** 2 + 0.002
    inside = (at >= 0).all(axis=0) & (at[0] <= at.shape[1] - 1) & (at[1] <= at.shape[2] - 1)
    assert (Motion.between(previous, current).valid == (confirmed & ~boundary & inside)).mean() > 0.999


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 256)])
def test_the_motion_of_tiny_images_can_be_found(size):
    assert Motion.between(texture(*size), texture(*size)).valid.shape == size
