"""The motion of a hand-held camera: it pans, trembles, rolls and zooms.

Without zoom, a pixel subtends 3.7 mrad.
"""

import numpy as np

TREMBLE_PERIODS = np.array([2.7, 4.0, 6.0, 9.0, 14.0, 21.0])  # frames


def turns(frames: int, rng: np.random.Generator) -> np.ndarray:
    """Rotations steady -> hand-held camera, [T, 4, 4]: tremble and a slow pan of at most 10 to 40 mrad per frame."""
    fastest = rng.uniform(0.01, 0.04)
    yaw = _wave(frames, fastest, rng.uniform(24, 48), rng) + tremble(frames, rng.uniform(0.002, 0.007), rng)
    pitch = _wave(frames, fastest / 4, rng.uniform(20, 40), rng) + tremble(frames, rng.uniform(0.002, 0.007), rng)
    roll = _wave(frames, 0.01, rng.uniform(30, 60), rng) + tremble(frames, rng.uniform(0.001, 0.005), rng)
    return np.array([_turn(*angles) for angles in zip(yaw, pitch, roll, strict=True)])


def zoom(frames: int, rng: np.random.Generator) -> np.ndarray:
    """Factor of the focal length, [T], between 0.93 and 1.37; it changes by up to 2 % per frame."""
    return np.exp(0.12 + _wave(frames, rng.uniform(0, 0.02), rng.uniform(30, 60), rng))


def tremble(frames: int, speed: float, rng: np.random.Generator) -> np.ndarray:
    """A sum of sines of many periods, [T], which resembles the spectrum of a shaking hand.

    All sines have the same speed, so slow ones have a larger amplitude.

    Args:
        speed: root mean square of the change per frame.
    """
    each = speed * np.sqrt(2 / len(TREMBLE_PERIODS))
    waves = [_wave(frames, each, period * rng.uniform(0.85, 1.15), rng) for period in TREMBLE_PERIODS]
    return np.sum(waves, axis=0)


def _wave(frames: int, speed: float, period: float, rng: np.random.Generator) -> np.ndarray:
    """A sine, [T], that changes by at most `speed` per frame."""
    rate = 2 * np.pi / period
    return speed / rate * np.sin(rate * np.arange(frames) + rng.uniform(0, 2 * np.pi))


def _turn(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Rotation [4, 4] about the vertical axis y, then about x, then about the viewing direction z; angles in rad."""
    matrix = np.eye(4)
    for first, second, angle in ((2, 0, yaw), (1, 2, pitch), (0, 1, roll)):
        step, cos, sin = np.eye(4), np.cos(angle), np.sin(angle)
        step[[first, first, second, second], [first, second, first, second]] = cos, -sin, sin, cos
        matrix = step @ matrix
    return matrix
