"""Finds the surface that every pixel shows, and its depth."""

import numpy as np

from data.samples.street.camera import FOCAL_PX, GROUND, HEIGHT, HORIZON_PX, SKY, SKYLINE, WIDTH, View, turned
from data.samples.street.draw import draw_faces, draw_spheres
from data.samples.street.scene import SIGHT_M, Scene

_SKYLINE_TOP = 0.102


def rasterise(scene: Scene, t: int, scale: int) -> View:
    """The view of frame t with `scale` samples per pixel along each axis; at scale 1 they are the pixel centres."""
    focal = FOCAL_PX * float(scene.zoom[t])
    ray_x = (((np.arange(WIDTH * scale) + 0.5) / scale - WIDTH / 2) / focal).astype(np.float32)
    ray_y = (((np.arange(HEIGHT * scale) + 0.5) / scale - 0.5 - HORIZON_PX) / focal).astype(np.float32)
    view = View(*_backdrop(scene, t, ray_x, ray_y), ray_x, ray_y, focal)
    draw_faces(view, scene, t, scale)
    draw_spheres(view, scene, t, scale)
    return view


def _backdrop(scene: Scene, t: int, ray_x: np.ndarray, ray_y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`ids` and `inverse` of a view that shows only the ground and, infinitely far away, the sky and the skyline."""
    rotation, place = scene.camera[t][:3, :3], scene.camera[t][:3, 3]
    down = rotation[:, 1]
    fall = (down[0] * ray_x)[None] + (down[1] * ray_y + down[2])[:, None]  # metres down per metre of depth
    inverse = np.maximum(fall / (down @ place), 0).astype(np.float32)
    far = inverse < 1 / (2 * SIGHT_M)
    ids = np.where(far, np.int32(SKY), np.int32(GROUND))
    inverse[far] = 0
    rows, columns = np.nonzero(far & (fall > -_SKYLINE_TOP * 1.2))
    ray = np.stack([ray_x[columns], ray_y[rows], np.ones(len(rows), np.float32)])
    x, y, z = turned(rotation.T, ray)
    azimuth = np.arctan2(x, z)
    table = np.linspace(azimuth.min(), azimuth.max(), 2048) if len(azimuth) else np.zeros(1)
    rise = np.interp(azimuth, table, _skyline(table, scene.seed))
    ids[rows, columns] = np.where(-y < np.hypot(x, z) * rise, SKYLINE, SKY)
    return ids, inverse


def _skyline(azimuth: np.ndarray, seed: int) -> np.ndarray:
    """Height of the distant hills above the horizon, as a slope, at most _SKYLINE_TOP."""
    phase = (seed % 97) * 0.7
    rise = 0.06 + 0.02 * np.sin(7 * azimuth + phase) + 0.012 * np.sin(23 * azimuth + 2 * phase)
    return rise + 0.006 * np.sin(71 * azimuth + phase) + 0.004 * np.sin(149 * azimuth)
