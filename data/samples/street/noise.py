"""Noise that is a function of position or of object, so that it is the same in every frame."""

import cv2
import numpy as np

TILE = 256  # texels, the period of the noise
_ROW = 512


def hash01(*keys: np.ndarray | int) -> np.ndarray:
    """Hash integers to [0, 1): equal keys give equal values, other keys give unrelated values."""
    mixed = np.uint32(0x9E3779B9)
    for key in keys:
        mixed = (np.asarray(key).astype(np.int64) & 0xFFFFFFFF).astype(np.uint32) ^ mixed
        mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x7FEB352D)
        mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x846CA68B)
    return (mixed >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)


def pick(table: np.ndarray, *keys: np.ndarray | int) -> np.ndarray:
    """Choose a row of `table` [K, C] for each key, float32 [n, C]."""
    return table.astype(np.float32)[(hash01(*keys) * len(table)).astype(np.int32)]


def mix(colour: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Blend `colour` [n, 3] with `other`, [n, 3] or [3]; `share` [n] is the weight of `other`."""
    out, other = colour.copy(), np.asarray(other, np.float32)
    at = np.flatnonzero(share)
    kept = out[at]
    out[at] = kept + ((other[at] if other.ndim == 2 else other) - kept) * share[at].astype(np.float32)[:, None]
    return out


def smooth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Smooth noise in about [-1, 1] at points (x, y), [n]; its finest detail is one unit wide."""
    n = len(x)
    rows = max(-(-n // _ROW), 1)
    maps = np.zeros((2, rows * _ROW), np.float32)
    maps[0, :n], maps[1, :n] = _wrap(x), _wrap(y)
    maps = maps.reshape(2, rows, _ROW)
    return cv2.remap(_TILE, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP).reshape(-1)[:n]


def _wrap(x: np.ndarray) -> np.ndarray:
    return x - np.floor(x * np.float32(1 / TILE)) * np.float32(TILE)


def _tile() -> np.ndarray:
    """Periodic value noise, float32 [TILE, TILE]; each octave is twice as coarse and 1.25 times as strong."""
    rng = np.random.default_rng(20230)
    total = np.zeros((TILE, TILE))
    for level in range(5):
        coarse = rng.standard_normal((TILE >> level, TILE >> level))
        pad = np.pad(coarse, 2, mode="wrap")
        scale = 1 << level
        fine = cv2.resize(pad, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        total += fine[2 * scale : 2 * scale + TILE, 2 * scale : 2 * scale + TILE] * 1.25**level
    return np.clip(total / (2 * total.std()), -1.5, 1.5).astype(np.float32)


_TILE = _tile()
