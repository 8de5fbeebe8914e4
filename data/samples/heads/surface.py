"""Maps every pixel to a point of the head, and shades surfaces."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np

from data.samples.heads.appearance import Appearance
from data.samples.heads.motion import Pose

F = np.float32
P = TypeVar("P", bound="Plane")
Window = tuple[slice, slice]  # rows, columns
TILE = 64  # period of the noise, in its units
MIN_EXPONENT = -80.0  # of exp: smaller ones give denormal numbers, which are slow
GROUND_LIGHT = 0.45  # light from below divided by light from above


@dataclass(frozen=True)
class Plane:
    """Coordinates of every pixel in the picture, maps float32 [H, W]; lengths are in half widths of the head."""

    right: np.ndarray  # from the centre of the head, in axes that roll with the head
    down: np.ndarray
    pixel: float  # size of a pixel

    def where(self: P, shown: np.ndarray, margin: int = 0) -> tuple[Window, P]:
        """The window that contains `shown`, bool [H, W], and the maps cut to it; see `window`."""
        at = window(shown, margin)
        maps = {name: value[at] for name, value in vars(self).items() if name != "pixel"}
        return at, replace(self, **maps)


@dataclass(frozen=True)
class Surface(Plane):
    """The point of the head that every pixel shows, maps float32 [H, W]."""

    inside: np.ndarray  # distance from the outline, positive inside
    depth: np.ndarray  # towards the camera
    x: np.ndarray  # on the face, to the right of the point between the eyes as the camera sees it
    y: np.ndarray  # on the face, below the point between the eyes
    front: np.ndarray  # 1 in the middle of the face, 0 at the ears, negative behind them


def window(shown: np.ndarray, margin: int = 0) -> Window:
    """The smallest window that contains all of `shown`, bool [H, W]; one pixel if nothing is shown.

    Args:
        margin: pixels added on all sides within the picture; shading needs 1, because it uses slopes.
    """

    def span(used: np.ndarray) -> slice:
        at = np.flatnonzero(used)
        return slice(max(at[0] - margin, 0), at[-1] + 1 + margin) if len(at) else slice(1)

    return span(shown.max(1)), span(shown.max(0))


def plane(look: Appearance, pose: Pose, size: int) -> Plane:
    """The coordinates of all pixels of a picture of `size` x `size` px."""
    radius = look.radius * pose.zoom * size
    right, down = ((np.arange(size, dtype=F) + 0.5 - size * (0.5 + n)) / radius for n in (pose.x, pose.y))
    return Plane(*turn(right, down[:, None], pose.roll), 1 / radius)


def surface(look: Appearance, pose: Pose, at: Plane) -> Surface:
    """The points of the head that the pixels `at` show."""
    right, down = at.right, at.down
    length = np.where(down > 0, F(look.length * (1 + 0.04 * pose.mouth)), F(look.length))
    v = down / length
    u = right / (1 - F(look.jaw) * np.maximum(v, 0) ** 2).clip(0.3)
    reach = (np.abs(u) ** F(look.roundness) + np.abs(v) ** F(look.roundness)).clip(1e-6)
    depth = np.sqrt((1 - reach).clip(0))
    x, front = turn(u, depth, -pose.yaw)
    y, front = turn(v, front, -pose.pitch)
    inside = 1 - reach ** F(1 / look.roundness)
    return Surface(right, down, at.pixel, inside.astype(F), depth, x, y * F(look.length), front)


def turn(a: np.ndarray, b: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of points (a, b) in axes that are rotated by `angle`, rad, from a towards b."""
    cos, sin = F(np.cos(angle)), F(np.sin(angle))
    return cos * a + sin * b, cos * b - sin * a


def lit(look: Appearance, depth: np.ndarray, pixel: float) -> tuple[np.ndarray, np.ndarray]:
    """Shade a surface of `depth` [H, W] towards the camera.

    Returns:
        The light on it, and the cosine of the angle between its normal and the light, both float32 [H, W].
    """
    depth = depth.astype(F)
    across, along = (cv2.Sobel(depth, cv2.CV_32F, *d, ksize=3, scale=1 / (8 * pixel)) for d in ((1, 0), (0, 1)))
    norm = 1 / np.sqrt(across**2 + along**2 + 1)
    to_light = (-across * F(look.light[0]) - along * F(look.light[1]) + F(look.light[2])) * norm
    sky = GROUND_LIGHT + (1 - GROUND_LIGHT) * (0.5 + 0.5 * along * norm)
    return F(1 - look.contrast) * sky + F(1.1 * look.contrast) * (0.25 + 0.75 * to_light).clip(0), to_light


def cover(distance: np.ndarray, soft: float) -> np.ndarray:
    """Coverage in [0, 1] at `distance` inside a border; the border is a ramp of width `soft`."""
    return np.clip(F(0.5) + distance / F(soft), 0, 1)


def shaded(colour: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Product of a colour [3] and light [H, W], [3, H, W]."""
    return np.multiply.outer(colour, light)


def bump(s: Surface, x: float, y: float, wide: float, high: float) -> np.ndarray:
    """A Gaussian of height 1 at (x, y) on the face, [H, W]."""
    power = -(((s.x - F(x)) / F(wide)) ** 2) - ((s.y - F(y)) / F(high)) ** 2
    return cv2.exp(np.maximum(power, F(MIN_EXPONENT)))


def paint(picture: np.ndarray, colour: np.ndarray, share: np.ndarray) -> None:
    """Blend `colour`, [3] or [3, H, W], into `picture`, float32 [3, H, W], in place; `share` [H, W] is its weight."""
    colour = np.asarray(colour, F)
    picture += ((colour[:, None, None] if colour.ndim == 1 else colour) - picture) * share.astype(F, copy=False)


def noise(x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Smooth noise in about [-1, 1] at points (x, y), [H, W]; its detail is one unit wide."""
    x, y = ((n - np.floor(n / F(TILE)) * F(TILE)).astype(F) for n in (x, y))
    return cv2.remap(_tile(seed), x, y, cv2.INTER_LINEAR)


@lru_cache(32)
def _tile(seed: int) -> np.ndarray:
    """One period, [TILE + 1, TILE + 1]; the last row and column equal the first."""
    return np.pad(np.random.default_rng(seed).uniform(-1, 1, (TILE, TILE)), (0, 1), mode="wrap").astype(F)
