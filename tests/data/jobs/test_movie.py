"""What is written plays: times, lengths, sizes and colours, in every codec."""

from fractions import Fraction

import numpy as np
import pytest

from data.jobs.codecs import CODECS, Y4M
from data.jobs.movie import MovieWriter
from data.video import Frame, Video

RATE = Fraction(24000, 1001)
TIMES = [Fraction(n) / RATE for n in (0, 1, 2, 10, Fraction(25, 2))]  # a pause, and a frame at a time of its own


def solid(colour, size):
    return np.broadcast_to(np.array(colour, np.uint8), (size[1], size[0], 3)).copy()


def write(path, codec, size=(64, 48), times=TIMES, end=Fraction(1)):
    with MovieWriter(path, codec, size, RATE) as movie:
        for number, time in enumerate(times):
            movie.write(Frame(solid([40 * number] * 3, size), time, end - time))
    return path


@pytest.mark.parametrize("name", CODECS)
def test_frames_keep_their_times_and_the_last_one_its_duration(name, tmp_path):
    codec = CODECS[name]
    film = Video(write(tmp_path / f"a{codec.suffix}", codec, (96, 64)))
    fineness = 1 / 1000 if codec.suffix == ".mkv" else 1e-5  # Matroska counts milliseconds
    assert film.duration == pytest.approx(1, abs=fineness) and film.size == (96, 64)
    frames = list(film.frames())
    assert [float(frame.time) for frame in frames] == pytest.approx([float(time) for time in TIMES], abs=fineness)
    assert [round(frame.image.mean() / 40) for frame in frames] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", ["h264", "vp9", "av1", "ffv1"])
def test_odd_sides_are_kept_where_the_codec_can(name, tmp_path):
    codec, expected = CODECS[name], (34, 18) if name == "h264" else (33, 17)
    assert codec.written_size((33, 17)) == expected
    assert Video(write(tmp_path / f"a{codec.suffix}", codec, (33, 17))).size == expected


def test_ffv1_is_lossless(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (18, 34, 3), np.uint8)
    with MovieWriter(tmp_path / "a.mkv", CODECS["ffv1"], (34, 18), RATE) as movie:
        movie.write(Frame(noise, Fraction(0), 1 / RATE))
    assert (next(Video(tmp_path / "a.mkv").frames()).image == noise).all()


@pytest.mark.parametrize(("name", "size"), [("h264", (16386, 16)), ("hevc", (34, 18))])
def test_a_size_that_the_codec_cannot_hold_is_refused_before_anything_is_written(name, size, tmp_path):
    with pytest.raises(ValueError, match=rf"encodes sides between .* got {size[0]} x {size[1]}.*--codec or a --size"):
        MovieWriter(tmp_path / "a.mp4", CODECS[name], size, RATE)
    assert not list(tmp_path.iterdir())


def test_a_container_that_cannot_hold_the_codec_is_told_in_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="'webm' .*'libx264'.*--codec, or -o another suffix"):
        write(tmp_path / "a.webm", CODECS["h264"])


@pytest.mark.parametrize("size", [(64, 48), (1280, 720), (33, 17)])
def test_y4m_comes_back_as_it_was(size, tmp_path):
    """Also the colours: y4m does not tell its matrix, and players take SD and HD for different ones."""
    colours = [(200, 40, 90), (20, 180, 60)]
    with MovieWriter(tmp_path / "a.y4m", Y4M, size, RATE) as movie:
        for number, colour in enumerate(colours):
            movie.write(Frame(solid(colour, size), number / RATE / 2, 1 / RATE))  # times that y4m cannot tell
    film = Video(tmp_path / "a.y4m", "yuv4mpegpipe")
    frames = list(film.frames())
    assert film.size == size and film.rate == RATE and [frame.time for frame in frames] == [0, 1 / RATE]
    for frame, colour in zip(frames, colours, strict=True):
        assert np.abs(frame.image.astype(int) - colour).max() <= 3
