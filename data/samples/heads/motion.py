"""The motion of a head: position, direction, eyes and mouth."""

from typing import NamedTuple

import numpy as np

FPS = 25
BLINK_FRAMES = np.array([0.7, 0.15, 0.0, 0.35, 0.75])  # opening of the eyes during a blink


class Pose(NamedTuple):
    """The pose in one frame. Angles are in rad; a positive yaw turns to the right as the camera sees it."""

    x: float  # centre of the head relative to the centre of the picture, in picture widths
    y: float
    zoom: float
    yaw: float
    pitch: float
    roll: float
    eyes: float  # 0 for shut to 1 for open
    gaze: float  # shift of the pupils to the right, in half widths of the head
    brows: float  # how far the brows are raised, in half widths of the head
    mouth: float  # 0 for shut to 1 for open
    smile: float


def poses(seed: list[int], frames: int) -> list[Pose]:
    """The poses of a talking person. All values change smoothly, except during a blink."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / FPS

    def wander(middle: float, spread: float, fastest_hz: float) -> np.ndarray:
        speeds = rng.uniform(0.15, fastest_hz, 3)
        phases = rng.uniform(0, 2 * np.pi, (3, 1))
        return middle + spread * np.sin(2 * np.pi * speeds[:, None] * t + phases).mean(0)

    speech = np.sin(2 * np.pi * (rng.uniform(2.5, 4) * t + rng.random())) * 0.5 + wander(0.1, 0.6, 2)
    eyes = np.ones(frames)
    at = int(rng.integers(3, max(frames - len(BLINK_FRAMES), 4)))
    shut = BLINK_FRAMES[: max(frames - at, 0)]
    eyes[at : at + len(shut)] = shut
    columns = dict(
        x=wander(rng.uniform(-0.04, 0.04), 0.06, 0.8),
        y=wander(rng.uniform(-0.03, 0.05), 0.04, 0.8),
        zoom=wander(1, 0.06, 0.5),
        yaw=wander(rng.uniform(-0.25, 0.25), 0.4, 0.9),
        pitch=wander(rng.uniform(-0.08, 0.1), 0.18, 0.9),
        roll=wander(rng.uniform(-0.08, 0.08), 0.14, 0.8),
        eyes=eyes,
        gaze=wander(0, 0.06, 0.7),
        brows=wander(0, 0.07, 0.9),
        mouth=np.clip(speech, 0, 1),
        smile=wander(rng.uniform(-0.3, 0.9), 0.4, 0.8),
    )
    return [Pose(*map(float, row)) for row in zip(*columns.values(), strict=True)]
