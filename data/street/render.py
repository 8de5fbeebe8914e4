"""A frame of a scene in a look, and its label image."""

import cv2
import numpy as np

from data.street import paint_land
from data.street.looks import Look
from data.street.paint_buildings import roof, wall
from data.street.paint_things import leaves, thing
from data.street.palette import LABEL_OF_MATERIAL, VIPER
from data.street.palette import Material as M
from data.street.raster import SKYLINE, View, kinds, rasterise
from data.street.samples import Blocks, FrameGeometry
from data.street.scene import CURB_M, Scene

SCALE = 2  # samples per pixel and direction
F = np.float32


def render(scene: Scene, look: Look, t: int) -> tuple[np.ndarray, np.ndarray]:
    """Frame t as (image, label), both np.uint8 [H, W, 3] RGB; labels hold VIPER palette colours only."""
    view = rasterise(scene, t, SCALE)
    table = kinds(scene)
    material = table[:, 0].astype(np.uint8)[view.ids]
    colour = _paint(scene, look, view, material, t)
    colour = _haze(look, view, colour)
    small = cv2.resize(
        colour.reshape(*view.ids.shape, 3), None, fx=1 / SCALE, fy=1 / SCALE, interpolation=cv2.INTER_AREA
    )
    image = _develop(look, small, np.random.default_rng([scene.seed, t]))
    return image, _label(scene, view, material, t)


def _paint(scene: Scene, look: Look, view: View, material: np.ndarray, t: int) -> np.ndarray:
    """[h * w, 3] float32 colours without haze."""
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
    colour = paint_land.sky(look, to_world @ blocks.ray)
    far = view.ids.reshape(-1)[blocks.first] == SKYLINE
    colour[far] = 0.55 * look.skyline + 0.45 * look.haze
    blocks.spread(colour, out)
    blocks = Blocks(view, material == M.GROUND, SCALE)
    shade = paint_land.shadows(scene, look, view, t, SCALE).reshape(-1)[blocks.first]
    s, d = paint_land.street_position(scene, t, blocks.ray, blocks.depth)
    light = F(look.sky_light + look.sun_light * -look.sun[1])
    blocks.spread(paint_land.ground(look, s, d, blocks.depth) * (light * (1 - shade))[:, None], out)


def _paint_balls(scene, look, view, material, t, geometry, out) -> None:
    to_world = np.linalg.inv(scene.camera[t]).astype(F)
    at = np.flatnonzero(material == M.LEAVES)
    which = view.ids.reshape(-1)[at] - (len(geometry.kinds) - len(scene.spheres))
    x, y = geometry.rays(at)
    depth = 1 / view.inverse.reshape(-1)[at]
    point = to_world[:3, :3] @ (np.stack([x, y, np.ones_like(x)]) * depth) + to_world[:3, 3:]
    local = point.T - scene.spheres[which, :3].astype(F)
    normal = local / scene.spheres[which, 3:].astype(F)
    light = 0.8 * look.sky_light * (0.85 - 0.3 * normal[:, 1])
    light += F(look.sun_light) * np.maximum(normal @ look.sun.astype(F), 0)
    out[at] = leaves(look, *local.T, light, geometry.kinds[view.ids.reshape(-1)[at], 2])
    out[np.flatnonzero(material == M.SKIN)] = np.array([0.80, 0.62, 0.50]) * look.sky_light


def _haze(look: Look, view: View, colour: np.ndarray) -> np.ndarray:
    at = np.flatnonzero(view.inverse)
    clear = np.zeros(view.ids.size, F)
    clear[at] = np.exp(-1 / (view.inverse.reshape(-1)[at] * F(look.haze_m)))
    clear[view.inverse.reshape(-1) == 0] = 1
    haze = look.haze.astype(F)
    return haze + (colour - haze) * clear[:, None]


def _develop(look: Look, colour: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What the camera of this domain makes of the light [H, W, 3]."""
    colour = colour * look.tint.astype(F)
    grey = colour.mean(axis=2, keepdims=True)
    colour = grey + F(look.saturation) * (colour - grey)
    colour = F(0.5) + F(look.contrast) * (colour - F(0.5))
    if look.blur_px:
        colour = cv2.GaussianBlur(colour, (0, 0), look.blur_px)
    h, w = colour.shape[:2]
    radius = np.hypot(np.linspace(-1, 1, h)[:, None], np.linspace(-1, 1, w)[None]).astype(F)
    colour = colour * (1 - F(look.vignette / 2) * radius**2)[..., None]
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
