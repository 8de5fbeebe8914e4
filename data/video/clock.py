"""When frames are shown: their own times, repaired where they cannot be right."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av

from data.frames import UnreadableFrame

BACKWARD_S = 1  # times that run back by more than this begin anew, as where files were joined
FORWARD_S = 10  # the same for a gap, in containers whose times may jump; FFmpeg's own threshold

Moment = tuple[Fraction, Fraction]  # time and duration of a frame, s


class Clock:
    """Seconds from the first frame, which always increase.

    A frame whose time repeats or runs backwards, or that has none, is shown 1 / rate after the one before it.

    Args:
        rate: frames per second.
        has_times: whether the times of the frames can be trusted at all.
        may_jump: whether times may jump forward without a pause in the film, as in MPEG streams.
    """

    def __init__(self, rate: Fraction, has_times: bool = True, may_jump: bool = False):
        self.rate, self._has_times, self._may_jump = rate, has_times, may_jump
        self._last: Fraction | None = None
        self._shift = Fraction(0)  # s added to the times that frames tell
        self.repaired = 0  # frames whose time was wrong

    def timed(
        self, frames: Iterable[av.VideoFrame], end: Fraction | None = None
    ) -> Iterator[tuple[av.VideoFrame, Moment]]:
        """Each frame with its time and its duration, when the next frame is known.

        Args:
            frames: in display order.
            end: of the film, s from its first frame, where it tells better than the last frame's own duration.

        Raises:
            UnreadableFrame: as `frames`, after all frames before it were given.
        """
        last, damage = None, None
        try:
            for frame in frames:
                time = self._time(seconds(frame, frame.pts))
                if last:
                    yield last[0], (last[1], time - last[1])
                last = frame, time
        except UnreadableFrame as error:
            damage = error
        if last:
            yield last[0], (last[1], self._last_duration(*last, end))
        if damage:
            raise damage

    def _time(self, told: Fraction | None) -> Fraction:
        if not self._has_times:
            told = None
        if self._last is None:
            self._shift, self._last = -(told or Fraction(0)), Fraction(0)
            return self._last
        self._last = self._last + 1 / self.rate if told is None else self._checked(told + self._shift, self._last)
        return self._last

    def _checked(self, time: Fraction, last: Fraction) -> Fraction:
        gap, expected = time - last, last + 1 / self.rate
        if gap < -BACKWARD_S or (self._may_jump and gap > FORWARD_S):
            self._shift += expected - time
        elif gap > 0:
            return time
        self.repaired += 1
        return expected

    def _last_duration(self, frame: av.VideoFrame, time: Fraction, end: Fraction | None) -> Fraction:
        if end is not None and end > time and not self.repaired:
            return end - time
        return (self._has_times and seconds(frame, frame.duration)) or 1 / self.rate


def seconds(frame: av.VideoFrame, ticks: int | None) -> Fraction | None:
    """A time or duration of `frame` in s; None if it has none."""
    return None if ticks is None or frame.time_base is None else ticks * frame.time_base
