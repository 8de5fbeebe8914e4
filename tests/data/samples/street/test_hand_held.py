import numpy as np
import pytest

from data.samples.street.hand_held import tremble, turns, zoom

FRAMES = 30


@pytest.fixture(params=range(6))
def rng(request):
    return np.random.default_rng([request.param])


def test_a_turn_moves_no_point_nearer_or_farther(rng):
    found = turns(FRAMES, rng)
    identity = np.broadcast_to(np.eye(3), (FRAMES, 3, 3))
    np.testing.assert_allclose(found[:, :3, :3] @ found[:, :3, :3].transpose(0, 2, 1), identity, atol=1e-12)
    assert (np.linalg.det(found) > 0).all() and not found[:, :3, 3].any()


def test_the_line_of_sight_pans_and_trembles_and_the_picture_rolls(rng):
    found = turns(FRAMES, rng)
    steps = np.linalg.norm(np.diff(found[:, 2, :3], axis=0), axis=1)
    assert 0.01 < steps.max() < 0.08
    roll = np.arctan2(found[:, 0, 1], found[:, 0, 0])
    assert 0.02 < np.ptp(roll) < 0.4
    assert (np.diff(np.sign(np.diff(roll, 2))) != 0).sum() > 5  # not one smooth wave


def test_the_focal_length_changes_smoothly_and_stays_near_that_without_zoom(rng):
    found = zoom(FRAMES, rng)
    assert found.shape == (FRAMES,) and 0.93 <= found.min() and found.max() <= 1.37
    assert 0 < np.abs(np.diff(np.log(found))).max() <= 0.02


def test_a_tremble_is_as_fast_as_asked_and_slow_waves_are_the_larger_ones():
    shake = tremble(4096, 0.01, np.random.default_rng(1))
    assert np.sqrt((np.diff(shake) ** 2).mean()) == pytest.approx(0.01, rel=0.15)
    power = np.abs(np.fft.rfft(shake * np.hanning(4096))) ** 2
    frequency = np.fft.rfftfreq(4096)
    assert power[(frequency > 0.03) & (frequency < 0.1)].max() > 10 * power[frequency > 0.2].max()
