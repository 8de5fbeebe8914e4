"""Draws a frame of a scene with an appearance, and its label map."""

import cv2
import numpy as np

from data.samples.street import paint_land
from data.samples.street.appearance import Appearance
from data.samples.street.camera import SKYLINE, View, kinds, turned
from data.samples.street.paint_buildings import roof, wall
from data.samples.street.paint_things import leaves, thing
from data.samples.street.palette import LABEL_OF_MATERIAL, VIPER
from data.samples.street.palette import Material as M
from data.samples.street.raster import rasterise
from data.samples.street.samples import Blocks, FrameGeometry
from data.samples.street.scene import CURB_M, Scene

SCALE = 2  # samples per pixel along each axis
F = np.float32


def render(scene: Scene, look: Appearance, t: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw frame t: (image, label map), both uint8 [H, W, 3] RGB. Label maps hold VIPER palette colours only."""
    view = rasterise(scene, t, SCALE)
    table = kinds(scene)
    material = table[:, 0].astype(np.uint8)[view.ids]
    colour = _paint(scene, look, view, material, t)
    colour = _haze(look, view, colour)
    small = cv2.resize(
        colour.reshape((*view.ids.shape, 3)), None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA
    )
    image = _develop(look, small, np.random.default_rng([scene.seed, t]))
    return image, _label(scene, view, material, t)


def _paint(scene: Scene, look: Appearance, view: View, material: np.ndarray, t: int) -> np.ndarray:
    """Colours without haze, float32 [h * w, 3]."""
    geometry = FrameGeometry(scene, look, view, t)
    out = np.zeros((view.ids.size, 3), F)
    for m in np.flatnonzero(np.bincount(material.reshape(-1), minlength=len(M))):
        if m in (M.SKY, M.SKYLINE, M.GROUND, M.LEAVES, M.SKIN):
            continue
        p = geometry.of(material == m)
        if m in (M.FACADE, M.GABLE):
            colour = wall(look, p, gable=m == M.GABLE)
        elif m == M.ROOF:
            colour = roof(look, p)
        else:
            colour = thing(look, p, M(m))
        out[p.at] = colour * p.light[:, None]
    _paint_land(scene, look, view, material, t, out)
    _paint_balls(scene, look, view, material, t, geometry, out)
    return out


def _paint_land(scene, look, view, material, t, out) -> None:
    to_world = np.linalg.inv(scene.camera[t])[:3, :3].astype(F)
    blocks = Blocks(view, material <= M.SKYLINE, SCALE)
    colour = paint_land.sky(look, turned(to_world, blocks.ray))
    far = view.ids.reshape(-1)[blocks.first] == SKYLINE
    colour[far] = 0.55 * look.skyline + 0.45 * look.haze
    blocks.spread(colour, out)
    blocks = Blocks(view, material == M.GROUND, SCALE)
    shade = paint_land.shadows(scene, look, view, t, SCALE).reshape(-1)[blocks.first]
    s, d = paint_land.street_position(scene, t, blocks.ray, blocks.depth)
    light = F(look.sky_light + look.sun_light * -look.sun[1])
    blocks.spread(paint_land.ground(look, s, d, blocks.depth, view.focal) * (light * (1 - shade))[:, None], out)


def _paint_balls(scene, look, view, material, t, geometry, out) -> None:
    to_world = np.linalg.inv(scene.camera[t]).astype(F)
    at = np.flatnonzero(material == M.LEAVES)
    which = view.ids.reshape(-1)[at] - (len(geometry.kinds) - len(scene.spheres))
    x, y = geometry.rays(at)
    depth = 1 / view.inverse.reshape(-1)[at]
    point = turned(to_world[:3, :3], np.stack([x, y, np.ones_like(x)]) * depth) + to_world[:3, 3:]
    centre, radius = np.split(scene.spheres[which].T.astype(F), [3])
    local_x, local_y, local_z = point - centre
    sun_x, sun_y, sun_z = look.sun.astype(F)
    to_sun = (local_x * sun_x + local_y * sun_y + local_z * sun_z) / radius[0]
    light = 0.8 * look.sky_light * (0.85 - 0.3 * local_y / radius[0]) + F(look.sun_light) * np.maximum(to_sun, 0)
    out[at] = leaves(look, local_x, local_y, local_z, light, geometry.kinds[view.ids.reshape(-1)[at], 2])
    out[np.flatnonzero(material == M.SKIN)] = np.array([0.80, 0.62, 0.50]) * look.sky_light


def _haze(look: Appearance, view: View, colour: np.ndarray) -> np.ndarray:
    inverse = view.inverse.reshape(-1)
    clear = np.ones(inverse.size, F)  # the sky has its final colour already
    at = np.flatnonzero(inverse)
    clear[at] = np.exp(F(-1 / look.haze_m) / inverse[at])
    haze = look.haze.astype(F)
    out = colour - haze
    out *= clear[:, None]
    out += haze
    return out


def _develop(look: Appearance, light: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Convert light [H, W, 3] to the image of this domain's camera, uint8."""
    colour = light * look.tint.astype(F)
    grey = cv2.transform(colour, np.full((1, 3), 1 / 3))[..., None]
    colour = grey + F(look.saturation) * (colour - grey)
    colour = F(0.5) + F(look.contrast) * (colour - F(0.5))
    if look.blur_px:
        colour = cv2.GaussianBlur(colour, (0, 0), look.blur_px)
    if look.vignette:
        h, w = colour.shape[:2]
        square = np.linspace(-1, 1, h, dtype=F)[:, None] ** 2 + np.linspace(-1, 1, w, dtype=F) ** 2
        colour = colour * (1 - F(look.vignette / 2) * square)[..., None]
    if look.grain:
        colour = colour + rng.standard_normal(colour.shape, F) * F(look.grain)
    return np.clip(colour * 255 + 0.5, 0, 255).astype(np.uint8)


def _label(scene: Scene, view: View, material: np.ndarray, t: int) -> np.ndarray:
    kept = (slice(SCALE // 2, None, SCALE),) * 2
    material, inverse = material[kept], view.inverse[kept]
    label = LABEL_OF_MATERIAL[material]
    rows, columns = np.nonzero(material == M.GROUND)
    ray = np.stack([view.ray_x[kept[0]][columns], view.ray_y[kept[0]][rows], np.ones(len(rows), F)])
    _, d = paint_land.street_position(scene, t, ray, 1 / inverse[rows, columns])
    on_road = np.abs(d) < CURB_M
    label[rows[on_road], columns[on_road]] = VIPER["road"]
    return label
