from fractions import Fraction

import av
import pytest

from data.frames import UnreadableFrame
from data.video.clock import Clock

RATE = Fraction(25)


def frames(times, duration=0):
    """Frames at these ms; None: at an unknown time."""
    for time in times:
        frame = av.VideoFrame(16, 16, "gray")
        frame.pts, frame.time_base, frame.duration = time, Fraction(1, 1000), duration
        yield frame


def read(clock, times):
    return [round(1000 * time) for _, (time, _) in clock.timed(frames(times))]


@pytest.mark.parametrize("start", [0, -80, 90_000])
def test_times_are_those_of_the_frames_from_the_first_one_on(start):
    clock, times = Clock(RATE), [0, 40, 5000, 5001]
    assert read(clock, [start + time for time in times]) == times and clock.repaired == 0


@pytest.mark.parametrize(
    ("told", "shown", "repaired"),
    [
        ([0, 40, 40, 120], [0, 40, 80, 120], 1),  # a time that repeats moves no later frame
        ([0, 0, 40, 40, 80, 80], [0, 40, 80, 120, 160, 200], 5),
        ([0, 40, 20, 120], [0, 40, 80, 120], 1),
        ([0, 2000, 0, 40, 3000], [0, 2000, 2040, 2080, 5040], 1),  # joined: what follows keeps its distances
    ],
)
def test_times_that_repeat_or_run_backwards_follow_the_rate(told, shown, repaired):
    clock = Clock(RATE)
    assert read(clock, told) == shown and clock.repaired == repaired


def test_only_in_some_containers_a_large_gap_is_no_pause():
    assert read(Clock(RATE), [0, 40, 60_000, 60_040]) == [0, 40, 60_000, 60_040]
    assert read(Clock(RATE, may_jump=True), [0, 40, 60_000, 60_040]) == [0, 40, 80, 120]
    assert read(Clock(RATE, may_jump=True), [0, 40, 9_000]) == [0, 40, 9_000]


def test_frames_without_times_follow_the_rate():
    assert read(Clock(Fraction(1, 10)), [None, None, None]) == [0, 10_000, 20_000]
    assert read(Clock(RATE, has_times=False), [7, 3, 900]) == [0, 40, 80]
    assert read(Clock(RATE), [0, None, 90]) == [0, 40, 90]


def durations(*arguments, told=(0, 40, 100), last=300, has_times=True):
    frames_given = frames(told, duration=last)
    return [round(1000 * duration) for _, (_, duration) in Clock(RATE, has_times).timed(frames_given, *arguments)]


def test_a_frame_lasts_until_the_next_one_and_the_last_one_as_it_tells():
    assert durations() == [40, 60, 300]
    assert durations(last=0) == [40, 60, 40]  # then as the rate tells
    assert durations(has_times=False) == [40, 40, 40]


def test_the_end_of_the_film_counts_where_it_is_known():
    assert durations(Fraction(1, 5)) == [40, 60, 100]
    assert durations(Fraction(1, 20)) == [40, 60, 300]  # it cannot be before the last frame


def test_all_frames_before_a_damaged_one_are_given():
    def damaged():
        yield from frames([0, 40, 80])
        raise UnreadableFrame("damaged")

    given = []
    with pytest.raises(UnreadableFrame, match="damaged"):
        for frame, _ in Clock(RATE).timed(damaged()):
            given.append(frame.pts)
    assert given == [0, 40, 80]
