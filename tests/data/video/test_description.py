import av
import numpy as np
import pytest

from data.video import Video
from tests.helpers.films import encode, greys


def test_a_film_is_described_before_it_is_read(tmp_path):
    video = Video(encode(tmp_path / "a.mp4", greys(10), rate=20))
    assert (video.size, video.rate, float(video.duration), video.notes) == ((64, 32), 20, 0.5, ())
    assert video.description.has_times and not video.description.has_sound


@pytest.mark.parametrize(("name", "may_jump"), [("a.ts", True), ("a.mp4", False)])
def test_times_may_jump_in_streams_that_are_cut_from_broadcasts(tmp_path, name, may_jump):
    assert Video(encode(tmp_path / name, greys(12))).description.times_may_jump == may_jump


def test_sound_is_found(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as file:
        film, sound = file.add_stream("libx264", rate=25), file.add_stream("aac", rate=44100)
        film.width, film.height, film.pix_fmt = 64, 32, "yuv420p"
        for number, grey in enumerate(greys(3)):
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts = number
            file.mux(film.encode(frame))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 44100
        file.mux(sound.encode(silence))
        file.mux(film.encode(None))
        file.mux(sound.encode(None))
    assert Video(tmp_path / "a.mp4").description.has_sound
