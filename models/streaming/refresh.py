"""When the next frame of a video becomes a reference frame."""

import json
from collections import deque
from pathlib import Path
from statistics import median
from typing import Protocol

from torch import Tensor

from models.shortcut.alignment import halve

# Measured with two teachers' heads on a clip with five cuts, one of them out of a fast blurred pan. Cuts drift by at
# least 1.05, and by at least 2.7 times the median before them. Nothing else drifts by more than 0.68, not even a van
# that fills the picture within a few frames. Motion that sets in reaches 4 times the median but stays below 0.3.
CUT_DRIFT = 0.85
CUT_RATIO = 2.0
MEMORY = 8  # the median is taken over this many frames


class Refresh(Protocol):
    """A policy that chooses the reference frames from early features alone, before the rest of a frame is computed.

    max_interval: a new reference frame comes this many frames after the last one at the latest.
    """

    max_interval: int

    def reset(self) -> None:
        """Begin a new video, whose first frame is a reference frame."""

    def should_refresh(self, a: Tensor) -> bool:
        """Return whether the next frame, with early features a [1, C, h, w], should become a reference frame.

        Call it once for every frame, in display order: the policy remembers the frames that it has seen.
        """
        ...

    def mark(self, a: Tensor) -> None:
        """Tell the policy that the frame with early features a [1, C, h, w] has become the reference frame."""


class Every:
    """Chooses frames 0, interval, 2 * interval, ... as reference frames, whatever they show.

    Args:
        interval: frames from one reference frame to the next (alpha), at least 1.

    Source: Shortcut-V2V (2023), section 3.1.
    """

    def __init__(self, interval: int):
        _check_interval(interval)
        self.max_interval = interval
        self.reset()

    def reset(self) -> None:
        self._frames_since: int | None = None

    def should_refresh(self, a: Tensor) -> bool:
        if self._frames_since is None:
            return True
        self._frames_since += 1
        return self._frames_since >= self.max_interval

    def mark(self, a: Tensor) -> None:
        self._frames_since = 0


class Adaptive:
    """Chooses a frame that has moved too far from the reference frame, or that begins another scene.

    The distance is `drift` between the early features of both frames at half resolution.

    Args:
        threshold: a drift above it makes a reference frame; above 0, infinity leaves only the scene cuts.
        max_interval: a new reference frame comes this many frames after the last one at the latest; at least 1.
    """

    def __init__(self, threshold: float, max_interval: int):
        _check_interval(max_interval)
        if not threshold > 0:
            raise ValueError(f"the refresh threshold must be above 0, got {threshold}")
        self.threshold, self.max_interval = threshold, max_interval
        self.reset()

    def reset(self) -> None:
        self._reference, self._frames_since, self._scene_cuts = None, 0, SceneCuts()

    def should_refresh(self, a: Tensor) -> bool:
        current = halve(a)
        is_cut = self._scene_cuts.begins_scene(current)
        self._frames_since += 1
        if is_cut or self._reference is None or self._frames_since >= self.max_interval:
            return True
        return drift(current, self._reference) > self.threshold

    def mark(self, a: Tensor) -> None:
        self._reference, self._frames_since = halve(a), 0


def load_fitted(path: Path, block_id: str) -> Adaptive:
    """Read the policy, threshold and longest interval, that scripts/fit_refresh.py wrote for the block `block_id`.

    Args:
        block_id: the fingerprint of the block.

    Raises:
        FileNotFoundError: there is no file of a fitted policy.
        ValueError: the policy was fitted for another block, or the file holds none.
    """
    ways = "run `bash scripts/fit_refresh.sh`, or give --refresh_threshold"
    if not path.is_file():
        raise FileNotFoundError(f"no refresh threshold {path}: {ways}")
    try:
        fitted = json.loads(path.read_text())
        identity, threshold, longest = (fitted[key] for key in ("shortcut_fingerprint", "threshold", "max_interval"))
        if type(threshold) not in (int, float) or type(longest) is not int:
            raise TypeError(f"threshold {threshold!r}, max_interval {longest!r}")
        policy = Adaptive(threshold, longest)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{path} holds no refresh threshold ({error!r}): {ways}") from error
    if identity != block_id:
        raise ValueError(f"{path} was fitted for another block ({identity}); this one is {block_id}: {ways}")
    return policy


class SceneCuts:
    """Finds the frames at which a video cuts to another scene.

    A cut drifts far from the frame before it, and much farther than the frames before did. The first condition keeps
    motion that sets in from being a cut, the second a clip that moves fast all the time. The state is the last frame
    and MEMORY drifts.
    """

    def __init__(self) -> None:
        self._previous: Tensor | None = None
        self._drifts: deque[float] = deque(maxlen=MEMORY)

    def begins_scene(self, current: Tensor) -> bool:
        """Return whether the next frame, with features [1, C, h, w], begins another scene; the very first does not."""
        previous, self._previous = self._previous, current
        if previous is None:
            return False
        change = drift(current, previous)
        usual = median(self._drifts) if self._drifts else 0.0
        self._drifts.append(change)
        return change > max(CUT_DRIFT, CUT_RATIO * usual)


def drift(current: Tensor, reference: Tensor) -> float:
    """Return mean |current - reference| / mean |reference| of two maps [1, C, h, w]; 0 where both are zero."""
    distance = (current - reference).float().abs_().mean()
    return (distance / reference.float().abs().mean().clamp(min=1e-12)).item()


def _check_interval(interval: int) -> None:
    if interval < 1:
        raise ValueError(f"interval must be at least 1 (1 = teacher on every frame), got {interval}")
