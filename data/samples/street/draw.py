"""Draws polygons and spheres into a view, nearest first, each within its bounding rectangle."""

import numpy as np

from data.samples.street.camera import FIRST_FACE, HORIZON_PX, NEAR_M, WIDTH, View, to_camera, turned
from data.samples.street.palette import Material
from data.samples.street.scene import Scene


def draw_faces(view: View, scene: Scene, t: int, scale: int) -> None:
    """Draw the polygons of frame t into the arrays of `view`, which has `scale` samples per pixel along each axis."""
    matrices = to_camera(scene, t)[scene.face_kind[:, 1]]
    points = np.einsum("fij,fkj->fki", matrices[:, :3, :3], scene.corners) + matrices[:, None, :3, 3]
    plane = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
    offset = np.einsum("fi,fi->f", plane, points[:, 0])
    boxes = _screen_boxes(view, points, scale)
    edges = np.cross(points, np.roll(points, -1, axis=1))  # [F, 6, 3]
    edges *= np.sign(np.einsum("fki,fi->fk", edges, points.mean(1)))[..., None]
    edges = edges.astype(np.float32)
    slopes = (plane / np.where(offset == 0, 1, offset)[:, None]).astype(np.float32)
    nearest = np.maximum(points[..., 2].min(1), NEAR_M)
    seen = (offset < 0) & (boxes[:, 0] < boxes[:, 1]) & (boxes[:, 2] < boxes[:, 3])
    seen &= points[..., 2].max(1) > NEAR_M
    for f in sorted(np.flatnonzero(seen), key=lambda f: nearest[f]):
        left, right, top, bottom = boxes[f]
        part = view.inverse[top:bottom, left:right]
        if part.min() * nearest[f] <= 1:
            ids = view.ids[top:bottom, left:right]
            _draw_face(part, ids, view.ray_x[left:right], view.ray_y[top:bottom], slopes[f], edges[f], FIRST_FACE + f)


def _draw_face(part, ids, x, y, slope, edges, surface) -> None:
    a, b, c = slope
    inverse = (a * x)[None] + (b * y + c)[:, None]
    inside = inverse > part
    for a, b, c in edges:
        if a or b or c:
            inside &= (a * x)[None] >= -(b * y + c)[:, None]
    np.copyto(part, inverse, where=inside)
    np.copyto(ids, surface, where=inside)


def _screen_boxes(view: View, points: np.ndarray, scale: int) -> np.ndarray:
    """left, right, top, bottom [F, 4], in samples, of the part of each polygon [F, 6, 3] in front of the camera."""
    following = np.roll(points, -1, axis=1)
    z0, z1 = points[..., 2], following[..., 2]
    crossing = (z0 > NEAR_M) != (z1 > NEAR_M)
    share = np.where(crossing, (NEAR_M - z0) / np.where(crossing, z1 - z0, 1), 0)
    cut = points + share[..., None] * (following - points)
    both = np.concatenate([points, cut], axis=1)
    usable = np.concatenate([z0 > NEAR_M, crossing], axis=1)
    z = np.where(usable, np.maximum(both[..., 2], NEAR_M * 0.99), 1)
    x = (both[..., 0] / z * view.focal + WIDTH / 2) * scale
    y = (both[..., 1] / z * view.focal + HORIZON_PX + 0.5) * scale
    low = [np.where(usable, v, np.inf).min(1) for v in (x, y)]
    high = [np.where(usable, v, -np.inf).max(1) for v in (x, y)]
    bounds = np.stack([low[0] - 1, high[0] + 1, low[1] - 1, high[1] + 1], axis=1)
    return np.clip(bounds, 0, np.array(view.ids.shape)[[1, 1, 0, 0]]).astype(int)


def draw_spheres(view: View, scene: Scene, t: int, scale: int) -> None:
    """Draw the spheres of frame t into the arrays of `view`, see `draw_faces`."""
    matrices = to_camera(scene, t)[scene.sphere_kind[:, 1]]
    centres = np.einsum("sij,sj->si", matrices[:, :3, :3], scene.spheres[:, :3]) + matrices[:, :3, 3]
    radii, first = scene.spheres[:, 3], FIRST_FACE + len(scene.corners)
    depth = np.maximum(centres[:, 2] - radii, NEAR_M)
    reach = (1.15 * radii / depth * view.focal + 1) * scale
    x = (centres[:, 0] / centres[:, 2] * view.focal + WIDTH / 2) * scale
    y = (centres[:, 1] / centres[:, 2] * view.focal + HORIZON_PX + 0.5) * scale
    boxes = np.stack([x - reach, x + reach, y - reach, y + reach], axis=1)
    boxes = np.clip(boxes, 0, np.array(view.ids.shape)[[1, 1, 0, 0]]).astype(int)
    seen = (centres[:, 2] > radii + NEAR_M) & (boxes[:, 0] < boxes[:, 1]) & (boxes[:, 2] < boxes[:, 3])
    for k in sorted(np.flatnonzero(seen), key=lambda k: centres[k, 2]):
        left, right, top, bottom = boxes[k]
        if view.inverse[top:bottom, left:right].min() * depth[k] > 1:
            continue
        _draw_sphere(view, boxes[k], centres[k], radii[k], matrices[k], scene.sphere_kind[k], first + k)


def _draw_sphere(view, box, centre, radius, matrix, kind, surface) -> None:
    left, right, top, bottom = box
    x, y = view.ray_x[left:right], view.ray_y[top:bottom]
    (cx, cy, cz), gap = centre.astype(np.float32), np.float32(centre @ centre - radius**2)
    along = (cx * x)[None] + (cy * y + cz)[:, None]
    square = (x * x)[None] + (y * y + 1)[:, None]
    root = along * along - square * gap
    rows, columns = np.nonzero(root > 0)
    along, square, root = along[rows, columns], square[rows, columns], np.sqrt(root[rows, columns])
    depth = (along - root) / square
    part, ids = view.inverse[top:bottom, left:right], view.ids[top:bottom, left:right]
    inside = depth * part[rows, columns] < 1
    if kind[0] == Material.LEAVES:
        from_centre = np.stack([x[columns] * depth - cx, y[rows] * depth - cy, depth - cz])
        local = turned(matrix[:3, :3].T, from_centre)
        inside &= _leafy(local, root / np.sqrt(square) / np.float32(radius), kind[2])
    rows, columns = rows[inside], columns[inside]
    part[rows, columns] = 1 / depth[inside]
    ids[rows, columns] = surface


def _leafy(local: np.ndarray, facing: np.ndarray, seed: int) -> np.ndarray:
    """Where a ball of leaves is opaque, bool [n]. Its holes move with it and are denser towards its outline.

    Args:
        local: [3, n] metres from the centre of the ball.
        facing: [n], 0 at the outline, 1 where the surface faces the camera.
    """
    x, y, z = local * np.float32(8.0)
    wave = np.sin(x + 1.7 * z + seed % 7) + np.sin(y * 1.3 - 0.8 * x) + np.sin(1.1 * z + 1.9 * y + seed % 5)
    return wave < 4.2 * facing - 0.9
