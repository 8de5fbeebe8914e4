import dataclasses

import numpy as np
import pytest

from data.samples.street.camera import FIRST_FACE, FOCAL_PX, GROUND, HORIZON_PX, kinds
from data.samples.street.drive import CAMERA_HEIGHT_M
from data.samples.street.raster import rasterise
from data.samples.street.scene import random_scene


@pytest.fixture(scope="module")
def scene():
    return random_scene([5], frames=3)


def only(scene, faces, spheres):
    return dataclasses.replace(
        scene,
        corners=scene.corners[faces], axes=scene.axes[faces], extent=scene.extent[faces],
        face_kind=scene.face_kind[faces], spheres=scene.spheres[spheres], sphere_kind=scene.sphere_kind[spheres],
    )  # fmt: skip


def test_every_polygon_is_flat_and_convex(scene):
    for corners in scene.corners:
        edges = np.roll(corners, -1, axis=0) - corners
        edges = edges[np.linalg.norm(edges, axis=1) > 0]
        turns = np.cross(edges, np.roll(edges, -1, axis=0))
        assert (turns @ turns[0] > -1e-6).all()
        assert np.abs((corners - corners[0]) @ turns[0]).max() < 1e-6


def test_the_nearest_surface_of_a_pixel_wins(scene):
    whole = rasterise(scene, 0, 1)
    faces = np.unique(whole.ids[(whole.ids >= FIRST_FACE) & (whole.ids < FIRST_FACE + len(scene.corners))])[::5]
    for surface in faces:
        alone = rasterise(only(scene, [surface - FIRST_FACE], []), 0, 1)
        shown = whole.ids == surface
        assert (alone.ids[shown] == FIRST_FACE).all()
        np.testing.assert_allclose(alone.inverse[shown], whole.inverse[shown], rtol=1e-5)
        assert (whole.inverse >= alone.inverse - 1e-6).all()


def test_the_ground_below_a_level_camera_is_at_its_height(scene):
    empty = dataclasses.replace(only(scene, [], []), camera=scene.camera.copy())
    empty.camera[0, :3, :3] = np.eye(3)
    empty.camera[0, :3, 3] = 0, CAMERA_HEIGHT_M, 0
    view = rasterise(empty, 0, 1)
    expected = FOCAL_PX * CAMERA_HEIGHT_M / (np.arange(80, 128) - HORIZON_PX)
    np.testing.assert_allclose(1 / view.inverse[80:], np.repeat(expected[:, None], 256, axis=1), rtol=1e-4)
    assert (view.ids[80:] == GROUND).all()


def test_more_samples_show_the_same_picture(scene):
    coarse, fine = rasterise(scene, 1, 1), rasterise(scene, 1, 3)
    np.testing.assert_array_equal(coarse.ids, fine.ids[1::3, 1::3])


def test_every_surface_has_a_kind(scene):
    assert len(kinds(scene)) == FIRST_FACE + len(scene.corners) + len(scene.spheres)
