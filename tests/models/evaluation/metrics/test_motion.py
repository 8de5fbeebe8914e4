import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from data.samples.street.clips import appearance_of, clips, scene_of
from data.samples.street.flow import exact_flow
from data.samples.street.render import render
from models.evaluation.metrics.motion import Motion
from tests.helpers.textures import texture
from util.flow import optical_flow
from util.image import to_tensor


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
    motion = Motion(np.stack([np.full((2, 2), 1.5), np.full((2, 2), -1)]).astype(np.float32), valid).enlarged(4)
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
def test_tiny_images_work(size):
    assert Motion.between(texture(*size), texture(*size)).valid.shape == size
