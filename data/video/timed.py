"""Passes frames on while it keeps their times for whoever writes what becomes of them."""

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Generic, TypeVar

Picture = TypeVar("Picture")
Seconds = Fraction | None  # None where only the rate of the output counts
Shown = tuple[Seconds, Seconds]  # when a picture is shown, and for how long


class Timed(Generic[Picture]):
    """Iterates over the pictures of (picture, time, duration), and gives the times separately.

    Frames go through translators and trackers that know nothing of time, and come out in the same order.
    """

    def __init__(self, frames: Iterable[tuple[Picture, Seconds, Seconds]]):
        self._frames, self._waiting = frames, deque[Shown]()

    def __iter__(self) -> Iterator[Picture]:
        for picture, time, duration in self._frames:
            self._waiting.append((time, duration))
            yield picture

    def next_time(self) -> Shown:
        """When the next picture is shown and for how long, s. Ask once for each, in order, after it was read."""
        return self._waiting.popleft()
