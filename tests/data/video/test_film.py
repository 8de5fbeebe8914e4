import io
import pickle
from fractions import Fraction

import pytest
from PIL import Image

from data.video import Video, frame_rate
from tests.helpers.films import encode, flat, greys

MS = Fraction(1, 1000)


class Pipe(io.RawIOBase):
    """What can be read once, from start to end, in small pieces."""

    def __init__(self, content):
        self._content = io.BytesIO(content)

    def readable(self):
        return True

    def seekable(self):
        return False

    def read(self, size=-1):
        return self._content.read(min(size, 1000) if size > 0 else size)


def times(video):
    """Of all frames, s, and the end of the last."""
    frames = list(video.frames())
    return [float(frame.time) for frame in frames] + [float(frames[-1].time + frames[-1].duration)]


def evenly(count, step=0.04):
    return pytest.approx([n * step for n in range(count + 1)])


@pytest.mark.parametrize(
    "options", [{"bf": "0"}, {}, {"bf": "2", "b_strategy": "0"}], ids=["in order", "as usual", "reordered"]
)
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_pauses_and_the_duration_of_the_last_frame_are_kept(tmp_path, suffix, options):
    told = [0, 40, 80, 5000, 5033]
    path = encode(tmp_path / f"a.{suffix}", greys(5), times=told, time_base=MS, last=700, options=options)
    video = Video(path)
    assert times(video) == pytest.approx([t / 1000 for t in (*told, 5733)], abs=1e-4)
    assert float(video.duration) == pytest.approx(5.733, abs=1e-3) and video.notes == ()


def test_a_gif_rests_on_its_last_picture(tmp_path):
    pictures = [Image.fromarray(flat((60 * n,) * 3)) for n in range(4)]
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=[100, 1300, 100, 3000])
    video = Video(tmp_path / "a.gif")
    assert times(video) == pytest.approx([0, 0.1, 1.4, 1.5, 4.5]) and video.notes == ()


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_time_lapse_of_less_than_one_frame_a_second_keeps_its_pace(tmp_path, suffix):
    path = encode(tmp_path / f"a.{suffix}", greys(3), rate=Fraction(1, 10))
    assert times(Video(path)) == [0, 10, 20, 30] and Video(path).rate == Fraction(1, 10)


@pytest.mark.parametrize("count", [1, 2])
def test_a_video_may_be_short(tmp_path, count):
    assert times(Video(encode(tmp_path / "a.webm", greys(count), codec="libvpx"))) == evenly(count)


@pytest.mark.parametrize("offset", [-80, 2000], ids=["negative", "late"])
def test_time_starts_with_the_first_frame(tmp_path, offset):
    path = encode(tmp_path / "a.ts", greys(6), times=[offset + 40 * n for n in range(6)], time_base=MS)
    video = Video(path)
    assert times(video) == evenly(6) and video.description.start >= 0


def test_the_start_is_that_of_the_container(tmp_path):
    path = encode(tmp_path / "a.mp4", greys(3), times=[2000, 2040, 2080], time_base=MS)
    assert Video(path).description.start == 2


@pytest.mark.parametrize("later", [12, 60], ids=["shorter", "longer"])
def test_joined_streams_follow_each_other(tmp_path, later):
    parts = [
        encode(tmp_path / f"{n}.ts", greys(count), options={"g": "6", "bf": "2"}) for n, count in ((0, 24), (1, later))
    ]
    path = tmp_path / "a.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    video = Video(path)
    assert times(video) == evenly(24 + later) and video.rate == 25 and frame_rate(path) == 25
    assert float(video.duration) == pytest.approx((24 + later) / 25)
    assert video.notes == (f"{path}: some times repeat or run backwards, and 25 fps are assumed there",)


@pytest.mark.parametrize(
    ("codec", "options"), [("libx264", {"bf": "2"}), ("mpeg4", {"bf": "2"}), ("mpeg4", {}), ("mjpeg", {})]
)
def test_avi_has_a_rate_instead_of_times(tmp_path, codec, options):
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = encode(tmp_path / "a.avi", greys(12), codec=codec, pix_fmt=pix_fmt, options=options)
    assert times(Video(path)) == evenly(12) and Video(path).notes == ()


def test_a_stream_that_tells_no_times_gets_them_from_its_rate(tmp_path):
    video = Video(encode(tmp_path / "a.h264", greys(6)))
    assert times(video) == evenly(6)
    assert video.notes == (f"{tmp_path / 'a.h264'}: it tells no times, and 25 fps are assumed",)


@pytest.mark.parametrize("suffix", ["ts", "mkv", "y4m"])
def test_a_pipe_is_read_once(tmp_path, suffix):
    if suffix == "y4m":
        content = b"YUV4MPEG2 W16 H16 F25:1 Ip A1:1 C420\n" + (b"FRAME\n" + bytes([128] * 384)) * 6
    else:
        content = encode(tmp_path / f"a.{suffix}", greys(6)).read_bytes()
    video = Video(Pipe(content))
    assert times(video) == evenly(6)
    with pytest.raises(ValueError, match="^the input can be read once, and it was read before$"):
        next(video.frames())


def test_raw_frames_need_a_format_and_options():
    content = b"".join(bytes([10 * n] * 16 * 8 * 3) for n in range(4))
    options = {"video_size": "16x8", "pixel_format": "rgb24", "framerate": "50"}
    video = Video(Pipe(content), "rawvideo", options)
    frames = list(video.frames())
    assert [frame.image[0, 0, 0] for frame in frames] == [0, 10, 20, 30] and video.size == (16, 8)
    assert [frame.time for frame in frames] == [Fraction(n, 50) for n in range(4)]


def test_a_file_can_be_read_again_and_sent_to_another_process(tmp_path):
    video = Video(encode(tmp_path / "a.mp4", greys(6)))
    assert times(video) == times(video) == times(pickle.loads(pickle.dumps(video))) == evenly(6)
