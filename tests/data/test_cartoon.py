import numpy as np
import pytest

from data.cartoon import TONE, draw_cartoon, flatten_tones, line_brightness


def two_halves(dark=60, light=180):
    picture = np.full((48, 64, 3), light, np.uint8)
    picture[:, :32] = dark
    return picture


def test_a_plain_picture_stays_plain():
    drawn = draw_cartoon(np.full((24, 32, 3), 130, np.uint8))
    assert drawn.shape == (24, 32, 3) and drawn.dtype == np.uint8
    assert np.ptp(drawn) == 0 and abs(drawn.mean() - 130) < 25


def test_steps_of_lightness_are_flattened_and_never_turned_around():
    lightness = np.linspace(0, 100, 2001, dtype=np.float32)[None]
    drawn = flatten_tones(lightness)[0]
    slope = np.diff(drawn) / np.diff(lightness[0])
    assert 0 < slope.min() < 0.2 and slope.max() > 2
    borders = np.arange(TONE, 96, TONE, dtype=np.float32)[None]
    np.testing.assert_allclose(flatten_tones(borders), borders, atol=1e-4)
    middles = borders + TONE / 2
    np.testing.assert_allclose(flatten_tones(middles), middles, atol=1e-4)


def test_a_line_is_drawn_on_the_dark_side_of_an_edge_and_nowhere_else():
    lightness = np.full((32, 64), 80, np.float32)
    lightness[:, :32] = 30
    light = line_brightness(lightness)
    assert light[:, 27:32].min() < 0.3 and light[:, 33:].min() == 1 and light[:, :20].min() > 0.99


def test_the_line_is_dark_in_the_picture_too():
    row = draw_cartoon(two_halves())[24].mean(1)
    assert row[26:32].min() < 0.5 * row[:16].mean()


def test_colours_are_strengthened():
    picture = np.full((16, 16, 3), [150, 120, 100], np.uint8)
    assert np.ptp(draw_cartoon(picture)[8, 8].astype(int)) > 55


@pytest.mark.parametrize("level", [95, 100, 105, 110])
def test_noise_moves_a_cartoon_less_than_the_picture_or_about_as_much_where_tones_meet(level):
    rng = np.random.default_rng(0)
    first, second = (np.clip(level + 4 * rng.standard_normal((64, 64, 1)), 0, 255).astype(np.uint8) for _ in range(2))
    first, second = (np.repeat(picture, 3, axis=2) for picture in (first, second))
    moved = np.abs(draw_cartoon(first).astype(int) - draw_cartoon(second)).mean()
    assert moved < np.abs(first.astype(int) - second).mean()
