"""The camera of the drive, and what it sees as surfaces and distances."""

from dataclasses import dataclass

import numpy as np

from data.samples.street.palette import Material
from data.samples.street.scene import Scene

HEIGHT, WIDTH = 128, 256
FOCAL_PX = 270.0  # without zoom
HORIZON_PX = 58.0
NEAR_M = 0.25
SKY, SKYLINE, GROUND = 0, 1, 2  # ids of the three surfaces every scene has; its faces follow, then its spheres
FIRST_FACE = 3


@dataclass(frozen=True)
class View:
    """What a pinhole camera sees.

    The ray of a pixel is (x, y, 1) in camera coordinates, so a surface seen at depth z is at z * ray.
    """

    ids: np.ndarray  # [h, w] int32 surface
    inverse: np.ndarray  # [h, w] float32, 1 / depth in 1/metres; 0 is infinitely far
    ray_x: np.ndarray  # [w]
    ray_y: np.ndarray  # [h]
    focal: float  # focal length in pixels of the image


def to_camera(scene: Scene, t: int) -> np.ndarray:
    """[O, 4, 4] object -> camera in frame t."""
    return scene.camera[t] @ scene.objects[t]


def kinds(scene: Scene) -> np.ndarray:
    """[ids, 3] material, object, seed of every surface id of the scene."""
    fixed = [
        (Material.SKY, 0, 0),
        (Material.SKYLINE, 0, scene.seed & 0xFFFF),
        (Material.GROUND, 0, scene.seed & 0xFFFF),
    ]
    return np.concatenate([fixed, scene.face_kind, scene.sphere_kind]).astype(np.int64)


def turned(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """[3, n] float32 `matrix` [3, 3] times points [3, n]; not by BLAS, whose threads would fight over the cores."""
    return np.einsum("ij,jn->in", matrix.astype(np.float32), points.astype(np.float32, copy=False))
