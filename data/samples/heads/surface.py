"""Which point of the head every pixel shows, and how light falls on it."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from data.samples.heads.looks import Look
from data.samples.heads.motion import Pose

F = np.float32
TILE = 64  # the noise repeats after so many of its units
LEAST = -80.0  # what exp is asked for: below are numbers that vanish beside others and are slow to handle
EARTH = 0.45  # light from below, of that from above


@dataclass(frozen=True)
class Plane:
    """The picture's plane, maps float32 [H, W] of its pixels; lengths are in half widths of the head.

    right, down: from the head's middle, turned with its roll.
    pixel: size of a pixel.
    """

    right: np.ndarray
    down: np.ndarray
    pixel: float

    def where(self, shown: np.ndarray, margin: int = 0) -> tuple[tuple[slice, slice], "Plane"]:
        """The window of `shown` [H, W], and the maps in it."""
        at = window(shown, margin)
        maps = {name: value[at] for name, value in vars(self).items() if name != "pixel"}
        return at, replace(self, **maps)


@dataclass(frozen=True)
class Surface(Plane):
    """The head on it.

    inside: distance from the outline, positive within it.
    depth: towards the camera.
    x, y: on the face, from the point between the eyes: to its own right as the camera sees it, and down.
    front: 1 in the middle of the face, 0 at the ears, negative behind.
    """

    inside: np.ndarray
    depth: np.ndarray
    x: np.ndarray
    y: np.ndarray
    front: np.ndarray


def window(shown: np.ndarray, margin: int = 0) -> tuple[slice, slice]:
    """The smallest window, one pixel at least, that holds all of `shown` [H, W].

    Args:
        margin: pixels around it, where there are any; slopes, which light falls on, need one.
    """
    rows, columns = (np.flatnonzero(shown.any(axis)) for axis in (1, 0))
    return tuple(slice(max(n[0] - margin, 0), n[-1] + 1 + margin) if len(n) else slice(1) for n in (rows, columns))


def plane(look: Look, pose: Pose, size: int) -> Plane:
    """The plane of the whole picture."""
    radius = look.radius * pose.zoom * size
    right, down = ((np.arange(size, dtype=F) + 0.5 - size * (0.5 + n)) / radius for n in (pose.x, pose.y))
    return Plane(*turn(right, down[:, None], pose.roll), 1 / radius)


def surface(look: Look, pose: Pose, at: Plane) -> Surface:
    """The head as these pixels show it."""
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
    """Coordinates a, b of points in axes turned by `angle` from a towards b."""
    cos, sin = F(np.cos(angle)), F(np.sin(angle))
    return cos * a + sin * b, cos * b - sin * a


def lit(look: Look, depth: np.ndarray, pixel: float) -> tuple[np.ndarray, np.ndarray]:
    """Light on a surface of this depth [H, W] towards the camera, and how it faces the light, -1 to 1, float32."""
    depth = depth.astype(F)
    across, along = (cv2.Sobel(depth, cv2.CV_32F, *d, ksize=3, scale=1 / (8 * pixel)) for d in ((1, 0), (0, 1)))
    norm = 1 / np.sqrt(across**2 + along**2 + 1)
    to_light = (-across * F(look.light[0]) - along * F(look.light[1]) + F(look.light[2])) * norm
    sky = EARTH + (1 - EARTH) * (0.5 + 0.5 * along * norm)
    return F(1 - look.contrast) * sky + F(1.1 * look.contrast) * (0.25 + 0.75 * to_light).clip(0), to_light


def cover(distance: np.ndarray, soft: float) -> np.ndarray:
    """Share [0, 1] of something whose border lies `distance` outwards, with a border of width `soft`."""
    return np.clip(F(0.5) + distance / F(soft), 0, 1)


def shaded(colour: np.ndarray, light: np.ndarray) -> np.ndarray:
    """[3, H, W]: a colour [3] in light [H, W]."""
    return np.multiply.outer(colour, light)


def bump(s: Surface, x: float, y: float, wide: float, high: float) -> np.ndarray:
    """A hill of height 1 at (x, y) of the face."""
    power = -(((s.x - F(x)) / F(wide)) ** 2) - ((s.y - F(y)) / F(high)) ** 2
    return cv2.exp(np.maximum(power, F(LEAST)))


def paint(picture: np.ndarray, colour: np.ndarray, share: np.ndarray) -> None:
    """Blend a colour [3] or [3, H, W] into picture float32 [3, H, W], in place, where share [H, W] is above 0."""
    colour = np.asarray(colour, F)
    picture += ((colour[:, None, None] if colour.ndim == 1 else colour) - picture) * share.astype(F, copy=False)


def noise(x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Smooth noise in about [-1, 1] at points [H, W] of an endless plane; its detail is one unit wide."""
    x, y = ((n - np.floor(n / F(TILE)) * F(TILE)).astype(F) for n in (x, y))
    return cv2.remap(_tile(seed), x, y, cv2.INTER_LINEAR)


@lru_cache(32)
def _tile(seed: int) -> np.ndarray:
    """[TILE + 1, TILE + 1], the last row and column as the first."""
    return np.pad(np.random.default_rng(seed).uniform(-1, 1, (TILE, TILE)), (0, 1), mode="wrap").astype(F)
