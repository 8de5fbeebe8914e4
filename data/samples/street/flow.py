"""Exact optical flow of a scene, computed from its geometry and the motion of its objects."""

import numpy as np

from data.samples.street.camera import HORIZON_PX, WIDTH, kinds, to_camera
from data.samples.street.raster import rasterise
from data.samples.street.scene import Scene


def exact_flow(scene: Scene, t: int, u: int) -> tuple[np.ndarray, np.ndarray]:
    """The flow from frame t to frame u, and where it can be relied on.

    The point at pixel (x, y) of frame t lies at (x + flow[0, y, x], y + flow[1, y, x]) in frame u.

    Returns:
        flow: [2, H, W] float32 px, +x right, +y down. The sky moves only with the camera's rotation and zoom. The flow
            is NaN for points that are behind the camera in frame u.
        visible: [H, W] bool, true where the four pixels around the target all show the surface of the point. It is
            false for points that are hidden, outside the image or at an outline.
    """
    view, target = rasterise(scene, t, 1), rasterise(scene, u, 1)
    objects = kinds(scene)[:, 1][view.ids]
    motion = to_camera(scene, u) @ np.linalg.inv(to_camera(scene, t))  # [O, 4, 4] camera t -> camera u
    rows, columns = np.indices(view.ids.shape)
    # A point at depth z on the ray r is z * (r, 1/z), so far points need no special case.
    point = np.stack([view.ray_x[columns], view.ray_y[rows], np.ones(view.ids.shape), view.inverse], axis=-1)
    x, y, depth, _ = np.moveaxis(np.einsum("hwij,hwj->hwi", motion[objects], point), -1, 0)
    depth = np.where(depth > 1e-6, depth, np.nan)
    x = x / depth * target.focal + (WIDTH - 1) / 2
    y = y / depth * target.focal + HORIZON_PX
    flow = np.stack([x - columns, y - rows]).astype(np.float32)
    return flow, _seen_around(target.ids, x, y, view.ids)


def _seen_around(ids: np.ndarray, x: np.ndarray, y: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Whether the four pixels of `ids` around each (x, y) all equal `wanted`, bool [H, W]."""
    h, w = ids.shape
    inside = (x >= 0) & (x <= w - 1) & (y >= 0) & (y <= h - 1)  # false for NaN too
    left = np.where(inside, x, 0).astype(int).clip(0, w - 2)
    top = np.where(inside, y, 0).astype(int).clip(0, h - 2)
    around = [ids[top + dy, left + dx] == wanted for dy in (0, 1) for dx in (0, 1)]
    return inside & np.all(around, axis=0)
