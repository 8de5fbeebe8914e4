"""The street: a smooth curve on the ground, in metres, and the street coordinates along it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

STEP_M = 0.5
FIRST_M, LAST_M = -30.0, 230.0


@dataclass(frozen=True)
class Road:
    """The centre line, sampled every STEP_M from FIRST_M on. Its heading stays within 60 degrees of +z.

    Street coordinates are `s`, the distance along the centre line, and `d`, the distance to the right of it.
    """

    x: np.ndarray  # [K] metres to the right
    z: np.ndarray  # [K] metres ahead, increasing
    heading: np.ndarray  # [K] radians, positive turns right

    def at(self, s: ArrayLike, d: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """World coordinates (x, z) and heading at the street coordinates (s, d)."""
        i = (np.asarray(s) - FIRST_M) / STEP_M
        grid = np.arange(len(self.x))
        x, z, h = (np.interp(i, grid, table) for table in (self.x, self.z, self.heading))
        d = np.asarray(d)
        return x + d * np.cos(h), z - d * np.sin(h), h

    def street_coordinates(self, x: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Street coordinates (s, d) of ground points (x, z), approximated.

        The search starts at the point of the centre line with the same z and takes one step along the line.
        """
        count = 2048
        rows = np.searchsorted(self.z, np.linspace(self.z[0], self.z[-1], count)).clip(1, len(self.z) - 1)
        pick = (z - np.float32(self.z[0])) * np.float32((count - 1) / (self.z[-1] - self.z[0]))
        k = rows[pick.astype(np.int32).clip(0, count - 1)]
        table = np.stack([self.x, self.z, np.sin(self.heading), np.cos(self.heading)]).astype(np.float32)
        k = (k + (x - table[0][k]) * table[2][k] / np.float32(STEP_M)).astype(np.int32).clip(0, len(self.z) - 1)
        sin, cos, dx, dz = table[2][k], table[3][k], x - table[0][k], z - table[1][k]
        along = k.astype(np.float32) * np.float32(STEP_M) + np.float32(FIRST_M)
        return along + dx * sin + dz * cos, dx * cos - dz * sin


def random_road(rng: np.random.Generator) -> Road:
    """A random street with a bend at the start of the drive and another one farther on."""
    s = np.arange(FIRST_M, LAST_M, STEP_M)
    near = rng.uniform(-0.55, 0.55) * _bump(s, rng.uniform(2, 40), rng.uniform(18, 40))
    far = rng.uniform(-0.5, 0.5) * _bump(s, rng.uniform(70, 130), rng.uniform(25, 45))
    heading = np.cumsum(near + far) * STEP_M
    heading = heading - np.interp(0.0, s, heading)
    return Road(np.cumsum(np.sin(heading)) * STEP_M, np.cumsum(np.cos(heading)) * STEP_M, heading)


def _bump(s: np.ndarray, centre: float, width: float) -> np.ndarray:
    """Curvature profile with an integral of 1."""
    return np.exp(-0.5 * ((s - centre) / width) ** 2) / (width * np.sqrt(2 * np.pi))
