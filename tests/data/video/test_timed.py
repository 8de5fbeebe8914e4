from fractions import Fraction

import pytest

from data.video.timed import Timed


def test_pictures_pass_and_their_times_are_given_in_order():
    frames = Timed([("a", Fraction(0), Fraction(1)), ("b", Fraction(5), Fraction(2)), ("c", None, None)])
    pictures = iter(frames)
    assert [next(pictures), next(pictures)] == ["a", "b"]  # a reader may be ahead of the writer
    assert [frames.next_time(), frames.next_time()] == [(0, 1), (5, 2)]
    assert list(pictures) == ["c"] and frames.next_time() == (None, None)
    with pytest.raises(IndexError):
        frames.next_time()
