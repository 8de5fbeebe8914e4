"""The camera of the drive, and its view as surface ids and depths."""

from dataclasses import dataclass

import numpy as np

from data.samples.street.palette import Material
from data.samples.street.scene import Scene

HEIGHT, WIDTH = 128, 256
FOCAL_PX = 270.0  # without zoom
HORIZON_PX = 58.0
NEAR_M = 0.25
SKY, SKYLINE, GROUND = 0, 1, 2  # surface ids in every scene; the ids of its faces follow, then those of its spheres
FIRST_FACE = 3


@dataclass(frozen=True)
class View:
    """The view of a pinhole camera.

    The ray of a pixel is (x, y, 1) in camera coordinates, so a surface at depth z lies at z * ray.
    """

    ids: np.ndarray  # [h, w] int32, surface id
    inverse: np.ndarray  # [h, w] float32, 1 / depth in 1/m; 0 means infinitely far
    ray_x: np.ndarray  # [w]
    ray_y: np.ndarray  # [h]
    focal: float  # focal length, px of the image


def to_camera(scene: Scene, t: int) -> np.ndarray:
    """Transforms object -> camera in frame t, [O, 4, 4]."""
    return scene.camera[t] @ scene.objects[t]


def kinds(scene: Scene) -> np.ndarray:
    """Material, object and seed of every surface id of the scene, [ids, 3]."""
    fixed = [
        (Material.SKY, 0, 0),
        (Material.SKYLINE, 0, scene.seed & 0xFFFF),
        (Material.GROUND, 0, scene.seed & 0xFFFF),
    ]
    return np.concatenate([fixed, scene.face_kind, scene.sphere_kind]).astype(np.int64)


def turned(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """`matrix` [3, 3] times `points` [3, n], float32. BLAS is avoided: its threads would compete with the processes."""
    return np.einsum("ij,jn->in", matrix.astype(np.float32), points.astype(np.float32, copy=False))
