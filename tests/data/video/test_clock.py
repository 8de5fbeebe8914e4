from fractions import Fraction

import av
import pytest

from data.video.clock import Clock

RATE = Fraction(25)


def frames(times, duration=0):
    """Frames at these ms; None: at an unknown time."""
    for time in times:
        frame = av.VideoFrame(16, 16, "gray")
        frame.pts, frame.time_base, frame.duration = time, Fraction(1, 1000), duration
        yield frame


def read(clock, times):
    return [round(1000 * clock.read(frame)[0]) for frame in frames(times)]


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


def test_a_frame_without_a_duration_lasts_as_the_rate_says():
    durations = [Clock(RATE).read(frame)[1] for ms in (0, 300) for frame in frames([0], duration=ms)]
    assert durations == [Fraction(1, 25), Fraction(3, 10)]
