"""Paints hair: behind the head and over the forehead."""

import numpy as np

from data.samples.heads.appearance import Appearance
from data.samples.heads.surface import F, Plane, Surface, cover, lit, noise, paint, shaded

THICK = {"short": 0.1, "long": 0.14, "cropped": 0.03, "curly": 0.2, "bald": 0.0}


def paint_hair_behind(picture: np.ndarray, p: Plane, look: Appearance) -> None:
    """Paint the hair that the head, the neck and the shoulders partly cover later."""
    if look.haircut == "bald":
        return
    thick = F(THICK[look.haircut])
    end = 1.5 if look.haircut == "long" else 0.15  # lower end of the hair, below the eyes
    at, p = p.where((np.abs(p.right) < 1.55) & (p.down < end + 0.3), margin=1)  # no hair reaches farther
    rough = 0.05 * noise(p.right * 7, p.down * 7, look.seed + 4) if look.haircut == "curly" else 0.0
    width = 1 + thick + (0.12 * np.clip(p.down, 0, 2) if look.haircut == "long" else 0)
    shape = np.where(p.down < 0, np.hypot(p.right / width, p.down / (look.length + thick)), np.abs(p.right) / width)
    distance = np.minimum(1 - shape, (end + 0.15 * np.cos(3 * p.right) - p.down)) + rough
    _paint_strands(picture[(..., *at)], p, look, np.sqrt((1 - shape**2).clip(0)) * 0.8, cover(distance, 0.06))


def paint_hair_over(picture: np.ndarray, s: Surface, look: Appearance) -> None:
    """Paint the hair on the head, down to the hairline."""
    if look.haircut == "bald":
        return
    wave = 0.04 * noise(s.x * 6, s.y * 2, look.seed + 5)
    fringe = 0.3 * np.exp(-(((s.x - F(look.parting)) / 0.45) ** 2)) if look.haircut in ("short", "long") else 0.0
    line = -F(look.hairline) - 0.12 + fringe * 0.6 + 0.75 * np.abs(s.x) ** 4 + wave
    temples = cover(0.42 - s.front, 0.15) * cover(0.25 - s.y, 0.3)
    share = np.maximum(cover(line - s.y, 0.12), temples) * cover(s.inside + THICK[look.haircut] * 0.5, 0.05)
    if look.haircut == "cropped":
        share = share * 0.85
    _paint_strands(picture, s, look, s.depth, share)


def _paint_strands(picture: np.ndarray, p: Plane, look: Appearance, depth: np.ndarray, share: np.ndarray) -> None:
    """Paint strands of hair along the head where `share` [H, W] is above 0; `depth` [H, W] shapes the shading."""
    at, p = p.where(share > 0, margin=1)
    picture, depth, share = picture[(..., *at)], depth[at], share[at]
    around = p.right / np.sqrt((1.6 - (p.down / 1.6) ** 2).clip(0.25))
    curl = 3.0 if look.haircut == "curly" else 0.6
    across = around * 30 + curl * noise(p.right * 5, p.down * 5, look.seed + 6)
    strands = noise(across, p.down * 4, look.seed + 7) + 0.6 * noise(across * 2.7, p.down * 6, look.seed + 8)
    light, _ = lit(look, depth.astype(F), p.pixel)
    shine = 0.35 * np.exp(-(((p.down + 0.95 - 0.3 * around**2) / 0.18) ** 2)) * (1 + strands)
    colour = shaded(look.hair.astype(F), (0.75 + 0.28 * strands + shine) * light)
    paint(picture, colour, share)
