import numpy as np
import pytest

from data.samples.street.appearance import game_appearance, real_appearance
from data.samples.street.palette import LABEL_OF_MATERIAL, VIPER, Material
from data.samples.street.render import render
from data.samples.street.scene import random_scene


@pytest.fixture(scope="module")
def pictures():
    scene = random_scene([9], frames=2)
    return {name: render(scene, look([9]), 1) for name, look in (("game", game_appearance), ("real", real_appearance))}


def region(pictures, name, what):
    image, label = pictures[name]
    return image[(label == VIPER[what]).all(axis=2)].astype(float)


def test_both_looks_show_the_same_things_in_the_same_places(pictures):
    np.testing.assert_array_equal(pictures["game"][1], pictures["real"][1])


def test_images_are_rgb_bytes(pictures):
    for image, label in pictures.values():
        assert image.shape == label.shape == (128, 256, 3) and image.dtype == label.dtype == np.uint8


def test_the_sky_is_blue_in_the_game_and_near_white_in_the_real_street(pictures):
    clear_day = game_appearance([1])
    assert clear_day.sky_top[2] > 0.8
    game = region({"game": render(random_scene([9], 2), clear_day, 1)}, "game", "sky").mean(0)
    assert game[2] > game[0] + 60
    real = region(pictures, "real", "sky").mean(0)
    assert real.min() > 180 and np.ptp(real) < 12


def test_leaves_are_green_in_both_and_darker_in_the_real_street(pictures):
    game, real = (region(pictures, name, "tree").mean(0) for name in ("game", "real"))
    assert game[1] > game[0] + 20 and real[1] > real[0]
    assert real.mean() < game.mean()


def test_every_material_has_a_label_colour():
    assert len(LABEL_OF_MATERIAL) == len(Material)
    assert {tuple(c) for c in LABEL_OF_MATERIAL.tolist()} <= set(VIPER.values())
