"""The path of the camera: its speed, sway and stops."""

import numpy as np

from data.samples.street.road import Road
from data.samples.street.solids import placement

LANE_M = 2.1  # from the centre line to the middle of a lane
CAMERA_HEIGHT_M = 1.5


def steady(frames: int) -> np.ndarray:
    """The clock of a drive without stops, [T]: one tick per frame."""
    return np.arange(frames)


def with_a_stop(frames: int, rng: np.random.Generator) -> np.ndarray:
    """The clock of a drive that brakes, waits for about half of the frames and pulls away again, [T].

    All camera motion is a function of this clock, so the camera is still while the clock stands still.
    """
    braking, waiting = frames * rng.uniform(0.1, 0.3), frames * rng.uniform(0.4, 0.55)
    ramp = frames * 0.2
    t = np.arange(frames)
    rate = np.clip(np.maximum(1 - (t - braking) / ramp, (t - braking - ramp - waiting) / ramp), 0, 1)
    return np.cumsum(rate) - rate[0]


def drive(road: Road, speed: float, clock: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Transforms world -> camera, [T, 4, 4], of a car that varies its speed, sways in its lane and pitches a little.

    Args:
        speed: metres per tick of `clock`.
    """
    pace = speed * (1 + 0.2 * np.sin(clock * rng.uniform(0.1, 0.25) + rng.uniform(0, 6)))
    s = np.cumsum(pace * np.diff(clock, prepend=-1))
    s -= s[0]
    x, z, heading = road.at(s, LANE_M - 0.25 + sway(clock, rng))
    look_ahead = road.at(s + 5.0, LANE_M)[2]
    pitch = 0.004 * np.sin(clock * rng.uniform(0.7, 1.2) + rng.uniform(0, 6))
    return np.array([_camera(*p) for p in zip(x, z, 0.6 * heading + 0.4 * look_ahead, pitch, strict=True)])


def sway(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sideways displacement at the times `t`, [T] metres."""
    return 0.15 * np.sin(t * rng.uniform(0.05, 0.15) + rng.uniform(0, 6))


def _camera(x: float, z: float, yaw: float, pitch: float) -> np.ndarray:
    rig = placement(x, z, yaw)
    rig[1, 3] = -CAMERA_HEIGHT_M
    nod = np.eye(4)
    nod[1:3, 1:3] = [[np.cos(pitch), np.sin(pitch)], [-np.sin(pitch), np.cos(pitch)]]
    return np.linalg.inv(rig @ nod)
