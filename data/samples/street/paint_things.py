"""The colours of cars, plants, posts, signs and people."""

import numpy as np

from data.samples.street.appearance import Appearance
from data.samples.street.noise import hash01, mix, pick, smooth
from data.samples.street.palette import Material as M
from data.samples.street.samples import Samples

F = np.float32
TYRE, HUB = np.array([0.07, 0.07, 0.075], F), np.array([0.42, 0.43, 0.44], F)
PLATE = np.array([0.85, 0.85, 0.80], F)


def thing(look: Appearance, p: Samples, material: M) -> np.ndarray:
    """Colours [n, 3] of samples of one material."""
    if material in (M.CAR_SIDE, M.VAN_SIDE):
        return _car_side(look, p, material == M.VAN_SIDE)
    if material in (M.CAR_REAR, M.CAR_FRONT):
        return _car_end(look, p, material == M.CAR_REAR)
    if material == M.CABIN_SIDE:
        glass = (np.abs(p.v - 1.2) < 0.19) & (np.abs(p.u + 0.35) > 0.05)
        return mix(paint(look, p), look.car_glass, glass)
    if material == M.GLASS:
        return np.broadcast_to(look.car_glass.astype(F), (len(p.u), 3)) * (1.15 + 0.9 * (p.v / p.height))[:, None]
    if material == M.PAINT:
        return paint(look, p) * F(1.06)
    return _plain(look, p, material)


def paint(look: Appearance, p: Samples) -> np.ndarray:
    """Colours [n, 3] of car paint, one colour per car."""
    return pick(look.paints, p.seed, 21)


def leaves(look: Appearance, x: np.ndarray, y: np.ndarray, z: np.ndarray, normal_light: np.ndarray, seed: np.ndarray):
    """Colours [n, 3] of leaves at offsets (x, y, z) from the centre of their ball, metres."""
    hue = 0.85 + 0.3 * hash01(seed, 31)
    clumps = smooth(x * 5 + 3 * z + seed % 83, y * 5 - 2 * z) + 0.6 * smooth(x * 11 - 5 * z, y * 11 + 7 * z)
    return look.leaves.astype(F) * (hue * normal_light * (1 + F(2.2 * look.texture) * clumps))[:, None]


def _car_side(look: Appearance, p: Samples, van: bool) -> np.ndarray:
    colour = paint(look, p) * np.clip(0.82 + 0.2 * p.v, 0.8, 1.05)[:, None]
    line = (np.abs(p.u - 0.25) < 0.02) | (np.abs(p.u + 0.85) < 0.02) | (np.abs(p.v - 0.72) < 0.02)
    colour = mix(colour, colour * 0.6, line * np.clip(1.5 - p.blur / 0.05, 0, 1))
    if van:
        colour = mix(colour, look.car_glass, ((np.abs(p.v - 1.6) < 0.33) & (np.abs(p.u - 1.05) < 0.42)))
    colour = mix(colour, TYRE, (p.v < 0.24) * F(0.9))
    axle = 1.5 if van else 1.28
    reach = np.hypot(np.abs(p.u) - axle, p.v - 0.33)
    colour = mix(colour, TYRE, (reach < 0.37))
    return mix(colour, HUB * F(0.7), (reach < 0.2))


def _car_end(look: Appearance, p: Samples, rear: bool) -> np.ndarray:
    u, v = np.abs(p.u - p.width / 2), p.v + F(0.06)
    colour = paint(look, p) * F(0.95)
    if rear:
        colour = mix(colour, look.car_glass, ((np.abs(v - 1.55) < 0.3) & (u < 0.75)))
    lamp = (np.abs(v - (0.7 if rear else 0.62)) < 0.1) & (np.abs(u - 0.7) < 0.17)
    colour = mix(colour, look.tail_lamp if rear else look.head_lamp, lamp)
    if not rear:
        colour = mix(colour, TYRE, ((np.abs(v - 0.55) < 0.1) & (u < 0.42)) * F(0.85))
    colour = mix(colour, TYRE, (v < 0.3) * F(0.9))
    return mix(colour, PLATE * F(0.8), ((np.abs(v - 0.42) < 0.06) & (u < 0.27)) * F(0.9))


def _plain(look: Appearance, p: Samples, material: M) -> np.ndarray:
    if material == M.CLOTHES:
        return pick(look.clothes, p.seed, 22)
    if material == M.HEDGE:
        clumps = smooth(p.u * 5 + p.seed % 61, p.v * 5) * np.clip(1.6 - p.blur / 0.2, 0, 1)
        return (
            look.leaves.astype(F) * (0.85 * (1 + F(2 * look.texture) * clumps) * (0.7 + 0.3 * p.v / p.height))[:, None]
        )
    if material == M.SIGN:
        rim = np.hypot(p.u, p.v - 2.45) > 0.24
        white = np.broadcast_to(look.trim.astype(F), (len(p.u), 3))
        return mix(white, np.where(hash01(p.seed, 23)[:, None] < 0.5, look.shops[0], look.shops[1]), rim)
    flat = look.trunk if material == M.TRUNK else look.metal
    return np.broadcast_to(flat.astype(F), (len(p.u), 3)) * (1 + F(look.texture) * smooth(p.u * 30, p.v * 8))[:, None]
