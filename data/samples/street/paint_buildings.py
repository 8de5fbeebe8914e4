"""The colours of walls and roofs: windows, shops, ledges, plaster and tiles."""

import numpy as np

from data.samples.street.appearance import Appearance
from data.samples.street.noise import hash01, mix, pick, smooth
from data.samples.street.samples import Samples

GROUND_FLOOR_M, FLOOR_M = 3.7, 3.1
F = np.float32


def wall(look: Appearance, p: Samples, gable: bool) -> np.ndarray:
    """Colours [n, 3] of house fronts or, with `gable`, of side walls, which have few windows."""
    colour = pick(look.walls, p.seed, 1) * (0.94 + 0.12 * hash01(p.seed, 2))[:, None]
    stain = smooth(p.u * 2.2 + p.seed % 251, p.v * 1.6) * 0.6 + smooth(p.u * 9, p.v * 9) * 0.4 * _clear(p, 0.12)
    colour = colour * (1 + F(look.texture) * stain)[:, None]
    if gable:
        return _windows(look, p, colour, bay=np.full(len(p.u), F(4.5)), wide=F(0.12), share=F(0.45))
    bay = p.width / np.maximum(np.round(p.width / (2.3 + 1.3 * hash01(p.seed, 3))), 1)
    colour = _windows(look, p, colour, bay, wide=0.19 + 0.1 * hash01(p.seed, 4), share=F(1.0))
    colour = _ground_floor(look, p, colour, bay)
    ledge = (p.height - p.v < 0.45) | (np.abs(p.v - GROUND_FLOOR_M + 0.1) < 0.14)
    return mix(colour, look.trim * 0.92, ledge * _clear(p, 0.35) * F(0.8))


def roof(look: Appearance, p: Samples) -> np.ndarray:
    """Colours [n, 3] of tiled roofs."""
    rows = np.sin(p.v * F(2 * np.pi / 0.45)) * _clear(p, 0.18)
    grain = smooth(p.u * 3 + p.seed % 97, p.v * 3)
    return pick(look.roofs, p.seed, 5) * (1 + 0.07 * rows + F(look.texture) * grain)[:, None]


def _windows(look: Appearance, p: Samples, colour: np.ndarray, bay: np.ndarray, wide, share) -> np.ndarray:
    """Add rows of windows above the ground floor to `colour` [n, 3]."""
    column, across = _cells(p.u / bay)
    story, up = _cells((p.v - GROUND_FLOOR_M) / FLOOR_M)
    body = (p.v > GROUND_FLOOR_M) & (p.height - p.v > 0.7)
    body &= (story + 1) * FLOOR_M + GROUND_FLOOR_M < p.height + 0.3
    present = body & (hash01(p.seed, column, story, 7) < share)
    off, high = np.abs(across - 0.5), np.abs(up - 0.52)
    frame = present & (off < wide + 0.035) & (high < 0.31)
    pane = present & (off < wide) & (high < 0.27) & ~((off < 0.018) & (p.blur < 0.08))
    colour = mix(colour, look.trim, frame * _clear(p, 0.5))
    return mix(colour, _panes(look, p, column, story, up), pane * (0.35 + 0.65 * _clear(p, 0.8)))


def _panes(look: Appearance, p: Samples, column: np.ndarray, story: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Colours [n, 3] of window glass, brighter towards the top, with curtains behind some of it."""
    key = hash01(p.seed, column, story, 8)
    shine = 0.75 + 0.5 * key + 0.35 * (up - 0.5)
    glass = look.window.astype(F) * shine[:, None]
    curtain = (hash01(p.seed, column, story, 9) < 0.22) & (up > 0.45)
    return mix(glass, look.trim * 0.8, curtain * F(0.6))


def _ground_floor(look: Appearance, p: Samples, colour: np.ndarray, bay: np.ndarray) -> np.ndarray:
    """Add shops, doors and windows of the ground floor to `colour` [n, 3]."""
    column, across = _cells(p.u / bay)
    off = np.abs(across - 0.5)
    shop = hash01(p.seed, 10) < 0.55
    low = p.v < GROUND_FLOOR_M
    door = ~shop & (hash01(p.seed, column, 11) < 0.3)
    display = shop & (off < 0.42) & (p.v > 0.55) & (p.v < 2.6)
    window = ~shop & ~door & (off < 0.24) & (p.v > 1.1) & (p.v < 2.6)
    glass = look.window.astype(F) * (0.7 + 0.5 * hash01(p.seed, column, 12))[:, None]
    colour = mix(colour, colour * 0.8, (low & (p.v < 0.5)))
    colour = mix(colour, glass, (display | window) * F(0.95))
    colour = mix(colour, pick(look.shops, p.seed, column, 13) * 0.6, (door & (off < 0.2) & (p.v < 2.4)))
    return mix(colour, pick(look.shops, p.seed, 14), (shop & (p.v > 2.75) & (p.v < 3.4)) * F(0.9))


def _cells(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integer part and fraction of `x`."""
    whole = np.floor(x)
    return whole, x - whole


def _clear(p: Samples, size_m: float) -> np.ndarray:
    """Contrast [n] of detail of `size_m`: 1 where it spans several pixels, falling to 0 where it would flicker."""
    return np.clip(1.6 - p.blur / F(size_m), 0, 1)
