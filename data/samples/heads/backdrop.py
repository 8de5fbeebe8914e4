"""The backdrop behind a person, drawn once per clip and out of focus."""

import cv2
import numpy as np

from data.samples.heads.appearance import Appearance, muted
from data.samples.heads.surface import F, noise, window

MARGIN = 1.15  # side of the backdrop divided by that of the picture, so that the camera can move


def backdrop(look: Appearance, size: int) -> np.ndarray:
    """Draw a backdrop, float32 [S, S, 3] in [0, 1] with S = MARGIN * size."""
    rng = np.random.default_rng([look.seed, 1])
    side = round(size * MARGIN)
    y, x = np.mgrid[:side, :side].astype(F) / side
    plain = muted(rng).astype(F)
    shade = 0.75 + 0.3 * x * rng.uniform(-1, 1) + 0.3 * (1 - y) + 0.06 * noise(x * 9, y * 9, look.seed + 12)
    picture = plain * shade[..., None]
    {"wall": _wall, "window": _window, "shelf": _shelf, "lights": _lights}[look.backdrop](picture, rng)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.004, 0.014) * size)
    return picture * (1 + 0.03 * noise(x * side / 2, y * side / 2, look.seed + 13))[..., None]


def crop_backdrop(drawn: np.ndarray, size: int, x: float, y: float) -> np.ndarray:
    """The part of a backdrop, [size, size, 3], that the camera sees after moving by (x, y) picture widths."""
    slack = (len(drawn) - size) / 2
    move = np.array([[1, 0, -slack - x * size], [0, 1, -slack - y * size]])
    return cv2.warpAffine(drawn, move, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _wall(picture: np.ndarray, rng: np.random.Generator) -> None:
    side = len(picture)
    for _ in range(rng.integers(1, 4)):  # pictures on the wall
        (left, top), (wide, high) = rng.integers(0, side, 2), rng.integers(side // 8, side // 3, 2)
        picture[top : top + high, left : left + wide] = muted(rng)
        edge = side // 60
        picture[top + edge : top + high - edge, left + edge : left + wide - edge] = muted(rng)


def _window(picture: np.ndarray, rng: np.random.Generator) -> None:
    side = len(picture)
    left, wide, high = rng.integers(0, side // 2), rng.integers(side // 3, side // 2), rng.integers(side // 2, side)
    sky = np.linspace(1, 0.75, high, dtype=F)[:, None, None] * np.array([0.8, 0.9, 1.0], F)
    picture[:high, left : left + wide] = sky
    picture[high * 2 // 3 : high, left : left + wide] = rng.uniform([0.2, 0.35, 0.15], [0.5, 0.6, 0.35])
    for at in (left, left + wide // 2, left + wide):
        picture[:high, at : at + side // 40] = 0.85


def _shelf(picture: np.ndarray, rng: np.random.Generator) -> None:
    side, row = len(picture), len(picture) // 4
    for top in range(0, side, row):
        left = 0
        while left < side:
            wide, high = rng.integers(side // 40, side // 14), rng.integers(row * 6 // 10, row * 9 // 10)
            picture[top + row - high : top + row, left : left + wide] = muted(rng) * rng.uniform(0.4, 1.1)
            left += wide + int(rng.integers(0, 4))
        picture[top + row - side // 50 : top + row] = [0.35, 0.24, 0.15]


def _lights(picture: np.ndarray, rng: np.random.Generator) -> None:
    picture *= 0.5
    for _ in range(30):
        centre, radius = rng.integers(0, len(picture), 2).tolist(), int(rng.integers(4, len(picture) // 14))
        disc = np.zeros(picture.shape[:2], F)
        cv2.circle(disc, centre, radius, 1.0, -1, cv2.LINE_AA)
        at = window(disc > 0)
        picture[at] += disc[at][..., None] * (rng.uniform(0.1, 0.5) * rng.uniform(0.4, 1, 3)).astype(F)
