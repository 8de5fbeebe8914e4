"""The geometry that the painting functions need, per sample of the view."""

from dataclasses import dataclass

import numpy as np

from data.samples.street.appearance import Appearance
from data.samples.street.camera import FIRST_FACE, View, kinds, to_camera
from data.samples.street.scene import Scene


@dataclass(frozen=True)
class Samples:
    """n samples of polygons and their position on their polygon, in metres."""

    at: np.ndarray  # [n] index in the flattened view
    u: np.ndarray  # [n] along the first texture axis
    v: np.ndarray  # [n] along the second, upwards
    width: np.ndarray  # [n] extent of the polygon in u
    height: np.ndarray  # [n] extent in v
    seed: np.ndarray  # [n] seed of the object
    blur: np.ndarray  # [n] metres that a pixel covers
    light: np.ndarray  # [n] brightness; 1 is full daylight


class FrameGeometry:
    """Texture axes of all polygons in camera coordinates of one frame."""

    def __init__(self, scene: Scene, look: Appearance, view: View, t: int):
        self.view, self.kinds = view, kinds(scene)
        matrices = to_camera(scene, t)[scene.face_kind[:, 1]]
        axes = np.einsum("fij,fkj->fki", matrices[:, :3, :3], scene.axes)
        origin = axes[:, 0] + matrices[:, :3, 3]
        self.start = np.einsum("fki,fi->fk", axes[:, 1:], origin).T.astype(np.float32).copy()  # [2, F]
        directions = [axes[:, 1], axes[:, 2], np.cross(axes[:, 1], axes[:, 2])]
        self.directions = np.stack(directions).transpose(0, 2, 1).astype(np.float32).copy()  # [u v normal, x y z, F]
        self.extent = scene.extent.T.astype(np.float32).copy()
        normal = np.cross(scene.axes[:, 1], scene.axes[:, 2])
        outward = np.cross(scene.corners[:, 1] - scene.corners[:, 0], scene.corners[:, 2] - scene.corners[:, 0])
        normal *= np.sign(np.einsum("fi,fi->f", normal, outward))[:, None]
        self.light = (look.sky_light + look.sun_light * np.maximum(normal @ look.sun, 0)).astype(np.float32)

    def of(self, mask: np.ndarray) -> Samples:
        """Samples where `mask` [h, w] is true. All of them must show polygons."""
        at = np.flatnonzero(mask)
        face = self.view.ids.reshape(-1)[at] - FIRST_FACE
        x, y = self.rays(at)
        depth = 1 / self.view.inverse.reshape(-1)[at]
        u, v, cosine = (a[face] * x + b[face] * y + c[face] for a, b, c in self.directions)
        u, v = u * depth - self.start[0][face], v * depth - self.start[1][face]
        focal = self.view.focal
        blur = depth / np.maximum(np.abs(cosine) * np.float32(focal), np.float32(0.05 * focal))
        width, height = (size[face] for size in self.extent)
        return Samples(at, u, v, width, height, self.kinds[FIRST_FACE:, 2][face], blur, self.light[face])

    def rays(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """x and y of the rays (x, y, 1) at flat sample indices `at`, [n] each."""
        row, column = np.divmod(at, len(self.view.ray_x))
        return self.view.ray_x[column], self.view.ray_y[row]


class Blocks:
    """Saves work on smooth surfaces: where a pixel shows a single surface, one sample represents all of its samples.

    Args:
        view: with `scale` samples per pixel along each axis.
        mask: [h, w] bool, the samples to colour.
    """

    def __init__(self, view: View, mask: np.ndarray, scale: int):
        h, w = mask.shape
        self._grid = (h // scale, scale, w // scale, scale)
        corners = [(slice(i, None, scale), slice(j, None, scale)) for i in (0, scale - 1) for j in (0, scale - 1)]
        ids = view.ids[corners[0]]
        whole = mask[corners[0]].copy()
        for corner in corners[1:]:
            whole &= view.ids[corner] == ids
        self._row, self._column = np.nonzero(whole)
        self._rest = np.flatnonzero(mask & ~np.repeat(np.repeat(whole, scale, 0), scale, 1))
        self.first = np.concatenate([self._row * (scale * w) + self._column * scale, self._rest])  # [n] flat index
        count = len(self._row)
        to_centre = np.zeros(len(self.first), np.float32)
        to_centre[:count] = (scale - 1) / 2 * (view.ray_x[1] - view.ray_x[0])
        y, x = np.divmod(self.first, w)
        self.ray = np.stack([view.ray_x[x] + to_centre, view.ray_y[y] + to_centre, np.ones(len(x), np.float32)])
        inverse = view.inverse.reshape(-1)[self.first]
        # 1 / depth is affine on a plane, so the mean of opposite corners is the value at the centre.
        inverse[:count] += view.inverse[corners[-1]][whole]
        inverse[:count] /= 2
        self.depth = 1 / np.maximum(inverse, np.float32(1e-6))  # [n] metres

    def spread(self, colour: np.ndarray, canvas: np.ndarray) -> None:
        """Write colours [n, 3] to all samples of `canvas` [h * w, 3] that they represent."""
        blocks = canvas.reshape(*self._grid, 3)
        blocks[self._row, :, self._column] = colour[: len(self._row), None, None]
        canvas[self._rest] = colour[len(self._row) :]
