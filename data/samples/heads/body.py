"""Paints neck, ears, shoulders and clothes."""

import numpy as np

from data.samples.heads.appearance import Appearance
from data.samples.heads.motion import Pose
from data.samples.heads.surface import F, Plane, cover, lit, noise, paint, shaded, window


def paint_body(picture: np.ndarray, p: Plane, look: Appearance, pose: Pose) -> None:
    """Paint neck, shoulders and the shadow of the head. They follow the head but do not roll with it."""
    x, y = _upright(p, pose)
    neck, clothes = window((y > 0.55) & (np.abs(x) < 1.05), margin=1), window(y > 1.5, margin=1)
    _paint_neck(picture[(..., *neck)], x[neck], y[neck], look, p.pixel)
    _paint_clothes(picture[(..., *clothes)], x[clothes], y[clothes], look, p.pixel)


def _paint_neck(picture: np.ndarray, x: np.ndarray, y: np.ndarray, look: Appearance, pixel: float) -> None:
    neck_half = 0.58 + 0.1 * np.clip(y - 1.5, 0, 1) ** 2 * 4
    depth = np.sqrt((1 - (x / neck_half) ** 2).clip(0)) * 0.5
    light, _ = lit(look, depth, pixel)
    shadow = 1 - 0.45 * cover(look.length + 0.28 - y + 0.1 * look.light[0] * x, 0.5)
    paint(picture, shaded(look.skin.astype(F), light * shadow), cover(neck_half - np.abs(x), 0.03) * (y > 0.6))


def _paint_clothes(picture: np.ndarray, x: np.ndarray, y: np.ndarray, look: Appearance, pixel: float) -> None:
    top = 1.62 + 0.32 * (np.abs(x) / 1.5) ** 2 + 0.8 * (np.abs(x) / 2.6) ** 8
    collar = top + (0.25 + look.neckline) * (1 - (np.abs(x) / (0.45 + 0.3 * look.neckline))).clip(0)
    folds = 0.04 * noise(x * 2.5 + y, y * 1.2, look.seed + 9) + 0.02 * noise(x * 7, y * 4, look.seed + 10)
    depth = np.sqrt((1 - (x / 2.6) ** 2).clip(0)) + 0.7 * np.sqrt((y - top).clip(0)) * 0.6 + folds
    light, _ = lit(look, depth.astype(F), pixel)
    cloth = shaded(look.clothes.astype(F), 1 + 0.05 * noise(x * 50, y * 50, look.seed + 11))
    if look.stripes:
        stripe = cover(np.sin(y * 14 + 1.5 * x**2) - 0.2, 0.3)
        cloth = cloth + ((1 - look.clothes.astype(F))[:, None, None] - cloth) * 0.6 * stripe
    distance = y - collar
    seam = cover(distance + 0.06, 0.03) * (np.abs(x) < 0.45 + 0.3 * look.neckline)
    paint(picture, look.clothes * 0.45, seam)
    paint(picture, cloth * light, cover(distance, 0.03))


def paint_ears(picture: np.ndarray, p: Plane, look: Appearance, pose: Pose) -> None:
    """Paint both ears where the yaw of the head puts them. The head is painted over them later."""
    for side in (-1, 1):
        middle = np.sin(side * np.deg2rad(88) + pose.yaw) * 1.02
        x, y = (p.right - F(middle)) / 0.15, (p.down - 0.12 + pose.pitch * 0.3) / 0.3
        at = window((np.abs(x) < 1.4) & (np.abs(y) < 1.1), margin=1)
        x, y = x[at], y[at]
        reach = np.hypot(x + 0.25 * side * y, y)
        light, _ = lit(look, np.sqrt((1 - reach**2).clip(0)) * 0.12, p.pixel)
        inner = 1 - 0.35 * np.exp(-((reach / 0.55) ** 2))
        paint(picture[(..., *at)], shaded(look.skin.astype(F) * [1.0, 0.9, 0.88], light * inner), cover(1 - reach, 0.1))


def _upright(p: Plane, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (x, y) for the body: those of the head with less roll and yaw."""
    lean = F(0.6 * pose.roll)
    x = p.right * np.cos(lean) - p.down * np.sin(lean)
    return x + F(0.25 * np.sin(pose.yaw)) * 0.3, p.down * np.cos(lean) + p.right * np.sin(lean)
