import pytest

from data.video import Video
from tests.helpers.films import encode, greys, with_sound


def test_a_film_is_described_before_it_is_read(tmp_path):
    video = Video(encode(tmp_path / "a.mp4", greys(10), rate=20))
    assert (video.size, video.rate, float(video.duration), video.notes) == ((64, 32), 20, 0.5, ())
    assert video.description.has_times and not video.description.has_sound


@pytest.mark.parametrize(("name", "may_jump"), [("a.ts", True), ("a.mp4", False)])
def test_times_may_jump_in_streams_that_are_cut_from_broadcasts(tmp_path, name, may_jump):
    assert Video(encode(tmp_path / name, greys(12))).description.times_may_jump == may_jump


def test_sound_is_found(tmp_path):
    silent = encode(tmp_path / "a.mp4", greys(3))
    assert Video(with_sound(silent, tmp_path / "b.mp4")).description.has_sound
