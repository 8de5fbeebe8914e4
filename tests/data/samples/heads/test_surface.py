from dataclasses import replace

import numpy as np
import pytest

from data.samples.heads.appearance import random_appearance
from data.samples.heads.motion import Pose
from data.samples.heads.surface import cover, lit, noise, paint, plane, surface, turn, window

LOOK = replace(random_appearance([1]), radius=0.25, roundness=2.0, length=1.0, jaw=0.0)  # a ball
STILL = Pose(x=0, y=0, zoom=1, yaw=0, pitch=0, roll=0, eyes=1, gaze=0, brows=0, mouth=0, smile=0)
SIZE = 80


def head(pose):
    return surface(LOOK, pose, plane(LOOK, pose, SIZE))


def test_a_head_without_jaw_is_a_ball():
    s = head(STILL)
    assert s.pixel == pytest.approx(1 / 20)
    np.testing.assert_allclose(np.sum(s.inside > 0) / 20**2, np.pi, rtol=0.02)
    on = s.inside > 0.1
    np.testing.assert_allclose((s.x**2 + s.y**2 + s.front**2)[on], 1, atol=1e-4)
    np.testing.assert_allclose(s.depth[on], s.front[on], atol=1e-6)


@pytest.mark.parametrize(("yaw", "pitch"), [(0.3, 0.0), (-0.3, 0.0), (0.0, 0.2)])
def test_the_middle_of_the_face_goes_where_the_head_turns(yaw, pitch):
    s = head(STILL._replace(yaw=yaw, pitch=pitch))
    row, column = np.unravel_index(s.front.argmax(), s.front.shape)
    assert column + 0.5 - SIZE / 2 == pytest.approx(20 * np.sin(yaw), abs=1)
    assert row + 0.5 - SIZE / 2 == pytest.approx(20 * np.sin(pitch), abs=1)


def test_place_and_zoom_move_and_scale_it():
    s = head(STILL._replace(x=0.1, y=-0.1, zoom=0.5))
    rows, columns = np.nonzero(s.inside > 0)
    assert (columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((48, 32), abs=0.1)
    assert np.ptp(columns) + 1 == pytest.approx(20, abs=1)


def test_the_window_of_a_part_holds_all_of_it():
    s = head(STILL)
    at, part = s.where(s.front > 0.9)
    assert (part.x == s.x[at]).all() and (part.front > 0.9).sum() == (s.front > 0.9).sum()
    assert part.x.size < s.x.size / 8
    assert s.where(s.front > 2)[1].x.size == 1


def test_a_margin_widens_a_window_up_to_the_edge():
    shown = np.zeros((4, 6), bool)
    shown[0, 2:4] = True
    assert window(shown) == (slice(0, 1), slice(2, 4)) and window(shown, margin=1) == (slice(0, 2), slice(1, 5))


def test_light_in_a_window_with_a_margin_is_that_of_the_whole():
    s = head(STILL)
    shown = s.front > 0.5
    at, part = s.where(shown, margin=1)
    np.testing.assert_array_equal(lit(LOOK, part.depth, s.pixel)[0][shown[at]], lit(LOOK, s.depth, s.pixel)[0][shown])


def test_turning_is_a_rotation():
    a, b = turn(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.pi / 2)
    np.testing.assert_allclose((a, b), ([0, 1], [-1, 0]), atol=1e-6)


def test_the_side_towards_the_light_is_brighter():
    s = head(STILL)
    light, facing = lit(replace(LOOK, light=np.array([-0.6, 0.0, 0.8])), s.depth, s.pixel)
    assert light[40, 28] > 1.3 * light[40, 52] and 1 > facing[40, 28] > 1.2 * facing[40, 52]


def test_a_cover_fades_over_its_softness():
    np.testing.assert_allclose(cover(np.array([-1, -0.25, 0, 0.25, 1]), 1.0), [0, 0.25, 0.5, 0.75, 1])


def test_painting_blends():
    picture = np.zeros((3, 1, 2), np.float32)
    paint(picture, np.array([1.0, 0.5, 0.0]), np.array([[0.5, 0.0]]))
    np.testing.assert_allclose(picture, [[[0.5, 0]], [[0.25, 0]], [[0, 0]]])
    paint(picture, np.ones((3, 1, 2)), np.array([[0.0, 1.0]]))
    np.testing.assert_allclose(picture, [[[0.5, 1]], [[0.25, 1]], [[0, 1]]])


def test_noise_repeats_is_smooth_and_belongs_to_its_seed():
    x = np.linspace(0, 20, 401, dtype=np.float32)[None]
    wave = noise(x, x * 0, 1)
    np.testing.assert_allclose(wave, noise(x + 64, x * 0 - 64, 1), atol=1e-3)
    assert np.abs(np.diff(wave)).max() < 0.15 and wave.std() > 0.2 and not np.allclose(wave, noise(x, x * 0, 2))
