"""When the next frame of a video is a reference frame."""

from typing import Protocol

from torch import Tensor

from models.shortcut.alignment import halve
from models.streaming.scene_cut import SceneCut, drift


class Refresh(Protocol):
    """Decides from a frame's early features alone, before anything else of the frame is computed.

    max_interval: frames from one reference frame to the next at most.
    """

    max_interval: int

    def reset(self) -> None:
        """Another video begins: its first frame is a reference frame."""

    def wants(self, a: Tensor) -> bool:
        """Whether the next frame, with early features a [1, C, h, w], is to be a reference frame.

        Asked once for every frame, and the answer is taken to be followed.
        """


class Every:
    """Frames 0, interval, 2 * interval, ... are reference frames.

    Args:
        interval: frames from one reference frame to the next (alpha) >= 1.

    Source: Shortcut-V2V (2023), section 3.1.
    """

    def __init__(self, interval: int):
        _check_interval(interval)
        self.max_interval = interval
        self.reset()

    def reset(self) -> None:
        self._frames = 0

    def wants(self, a: Tensor) -> bool:
        self._frames += 1
        return (self._frames - 1) % self.max_interval == 0


class Adaptive:
    """A reference frame when the video has moved too far from the last one, or cut to another scene.

    Far is `drift` of the early features, at half resolution, from those of the reference frame.

    Args:
        threshold: the drift, above 0, from which on a frame becomes a reference frame; infinite: only cuts count.
        max_interval: frames from one reference frame to the next at most, >= 1.
    """

    def __init__(self, threshold: float, max_interval: int):
        _check_interval(max_interval)
        if not threshold > 0:
            raise ValueError(f"the refresh threshold must be above 0, got {threshold}")
        self.threshold, self.max_interval = threshold, max_interval
        self.reset()

    def reset(self) -> None:
        self._reference, self._since, self._cut = None, 0, SceneCut()

    def wants(self, a: Tensor) -> bool:
        small = halve(a)
        cut = self._cut.seen(small)
        self._since += 1
        wanted = cut or self._reference is None or self._since >= self.max_interval or self._is_far(small)
        if wanted:
            self._reference, self._since = small, 0
        return wanted

    def _is_far(self, small: Tensor) -> bool:
        return drift(small, self._reference) > self.threshold


def _check_interval(interval: int) -> None:
    if interval < 1:
        raise ValueError(f"interval must be at least 1 (1 = teacher on every frame), got {interval}")
