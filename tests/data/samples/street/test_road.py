import numpy as np
import pytest

from data.samples.street.road import random_road


@pytest.mark.parametrize("seed", range(6))
def test_street_coordinates_are_the_inverse_of_the_course(seed):
    road = random_road(np.random.default_rng(seed))
    s, d = (v.ravel() for v in np.meshgrid(np.linspace(-5, 150, 80), np.linspace(-12, 12, 25)))
    x, z, _ = road.at(s, d)
    found_s, found_d = road.street_coordinates(x.astype(np.float32), z.astype(np.float32))
    np.testing.assert_allclose(found_d, d, atol=0.06)
    np.testing.assert_allclose(found_s, s, atol=0.3)


def test_the_drive_begins_straight_ahead():
    road = random_road(np.random.default_rng(3))
    assert abs(road.at(0.0, 0.0)[2]) < 1e-9
