import numpy as np
import pytest
import torch

from models.training.synthetic_flow import synthetic_flow, warp_by_flow


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_same_seed_gives_the_same_flow_and_another_seed_another():
    assert np.array_equal(synthetic_flow(40, 60, rng(1)), synthetic_flow(40, 60, rng(1)))
    assert not np.array_equal(synthetic_flow(40, 60, rng(1)), synthetic_flow(40, 60, rng(2)))


def test_without_motion_the_flow_is_one_whole_pixel_shift():
    flow = synthetic_flow(40, 60, rng(), motion=0, shift=10)
    assert (flow == flow[0, 0]).all() and (flow == flow.round()).all() and np.abs(flow).max() <= 10


def test_the_flow_is_smooth_and_its_strength_follows_motion():
    weak, strong = (np.mean([synthetic_flow(256, 512, rng(s), m, 0).std() for s in range(8)]) for m in (2.0, 8.0))
    assert strong == pytest.approx(4 * weak, rel=1e-3)
    field = synthetic_flow(256, 512, rng(), 8.0, 10.0)
    assert np.abs(np.diff(field, axis=1)).max() < 1


def test_a_zoom_is_a_ramp_along_each_axis():
    flow = synthetic_flow(40, 60, rng(3), scale=2.0)
    assert np.allclose(np.diff(flow[..., 0], axis=0), 0) and np.allclose(np.diff(flow[..., 1], axis=1), 0)
    assert np.abs(np.diff(flow[0, :, 0])).max() > 0


def test_a_zoom_field_wider_than_its_ramp_is_refused():
    with pytest.raises(ValueError, match="at most 600 px"):
        synthetic_flow(10, 700, rng(), scale=1.0)


def test_warping_samples_at_the_pixel_minus_the_flow():
    image = torch.zeros(1, 1, 101, 101)
    image[..., 50, 50] = 1
    flow = torch.zeros(101, 101, 2)
    flow[..., 0], flow[..., 1] = 3, -2  # content moves right and up
    warped = warp_by_flow(image, flow)
    y, x = divmod(int(warped.argmax()), 101)
    assert (x, y) == (53, 48)
