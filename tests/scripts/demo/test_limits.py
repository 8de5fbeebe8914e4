"""Videos beyond a limit are refused, and the message says what is allowed."""

from dataclasses import replace

import pytest

from scripts.demo.limits import MB, Limits
from tests.helpers.sound_films import film

ENOUGH = Limits(mb=1, seconds=1, frames=12, side=64)


@pytest.fixture
def path(tmp_path):
    """12 frames of 64 x 48 in 0.48 s."""
    return film(tmp_path / "me.mp4")


def test_a_video_at_its_limits_is_taken_and_its_frames_are_counted(path):
    frames = ENOUGH.check(path)
    assert len(frames) == 12 and frames.video.size == (64, 48)


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"side": 63}, "has frames of 64 x 48 pixels, .* at most .* 63 pixels on the longer side"),
        ({"seconds": 0}, "has 0.5 s, .* at most 1 MB, 0 s, 12 frames"),
        ({"frames": 11}, "has 12 frames, .* 11 frames"),
    ],
)
def test_beyond_one_of_them_it_is_refused(path, limit, told):
    with pytest.raises(ValueError, match=told):
        replace(ENOUGH, **limit).check(path)


def test_a_large_file_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "large.mp4").open("wb") as file:
        file.truncate(2 * MB)
    with pytest.raises(ValueError, match=r"has 2\.0 MB, .* at most 1 MB"):
        ENOUGH.check(tmp_path / "large.mp4")


def test_what_is_no_video_is_refused(tmp_path):
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises((OSError, ValueError), match="text.mp4"):
        ENOUGH.check(tmp_path / "text.mp4")
