import struct
import weakref

import av
import numpy as np
import pytest

from data.frames import UnreadableFrame
from data.video import VideoFrames, decode, frame_rate
from tests.conftest import picture


def numbers_of(images):
    return [round(image[..., 0].mean() / 10) for image in images]


def test_frames_come_in_display_order(tmp_path, write_video):
    images = list(decode(write_video(tmp_path / "a.mp4")))
    assert numbers_of(images) == list(range(12))
    assert images[0].dtype == np.uint8 and np.abs(images[5].astype(int) - picture(5)).max() < 20


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.avi", "a.ts"])
def test_any_frame_is_found_by_its_number(tmp_path, write_video, name):
    path = write_video(tmp_path / name)
    frames, images = VideoFrames(path), list(decode(path))
    assert len(frames) == len(images) == 12
    for number in (11, *range(11)):
        np.testing.assert_array_equal(frames.read(number), images[number])


def test_an_ordinary_file_is_read_by_seeking(tmp_path, write_video):
    frames = VideoFrames(write_video(tmp_path / "a.mp4"))
    assert numbers_of(frames._seek(number) for number in range(12)) == list(range(12))


def test_a_variable_frame_rate_keeps_every_frame(tmp_path, write_video):
    path = write_video(tmp_path / "a.mp4", times=[0, 1, 5, 6, 20, 21, 40, 80])
    assert numbers_of(decode(path)) == list(range(8))
    assert numbers_of(VideoFrames(path).read(n) for n in range(8)) == list(range(8))
    assert frame_rate(path) == pytest.approx(7 * 25 / 80)


def test_the_frame_rate_is_the_one_of_the_file(tmp_path, write_video):
    assert frame_rate(write_video(tmp_path / "a.mp4")) == pytest.approx(25)


def test_an_odd_size_is_read_to_the_last_pixel(tmp_path, write_video):
    path = write_video(tmp_path / "a.mp4", size=(35, 17), pix_fmt="yuv444p")
    images = list(decode(path))
    assert images[3].shape == (17, 35, 3) and np.abs(images[3].astype(int) - picture(3, (35, 17))).max() < 20


@pytest.mark.parametrize(("matrix", "turns"), [((0, 1, -1, 0), -1), ((0, -1, 1, 0), 1), ((-1, 0, 0, -1), 2)])
def test_a_rotation_in_the_header_is_honoured(tmp_path, write_video, matrix, turns):
    path = write_video(tmp_path / "a.mp4")
    upright, content = list(decode(path)), bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    a, b, c, d = (n * 65536 for n in matrix)  # 16.16 fixed point; (0, 1, -1, 0) is a phone held upright
    content[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    np.testing.assert_array_equal(next(decode(path)), np.rot90(upright[0], turns))
    np.testing.assert_array_equal(VideoFrames(path).read(7), np.rot90(upright[7], turns))


def test_the_frame_count_of_the_header_is_not_trusted(tmp_path, write_video):
    overstated = write_video(tmp_path / "a.avi", codec="mpeg4", options={"g": "5"})
    headers = overstated.read_bytes().replace(struct.pack("<I", 12), struct.pack("<I", 500), 2)
    overstated.write_bytes(headers)
    untold = write_video(tmp_path / "a.mp4", header={"movflags": "frag_keyframe+empty_moov"})
    for path, told in ((overstated, 500), (untold, 0)):
        with av.open(str(path)) as container:
            assert container.streams.video[0].frames == told
        assert len(VideoFrames(path)) == len(list(decode(path))) == 12


def test_a_stream_without_times_is_read_from_its_start(tmp_path, write_video):
    path = write_video(tmp_path / "a.h264")
    frames = VideoFrames(path)
    assert numbers_of(frames.read(n) for n in range(len(frames))) == list(range(12))


def test_where_seeking_fails_the_frame_is_reached_from_the_start(tmp_path, write_video):
    frames = VideoFrames(write_video(tmp_path / "a.mp4"))
    frames._times = [time + 1 for time in frames._times]  # no frame is shown at these times
    assert numbers_of([frames.read(7)]) == [7]


def test_a_text_file_named_mp4_is_refused(tmp_path):
    (tmp_path / "a.mp4").write_text("just some words\n" * 50)
    for use in (VideoFrames, frame_rate, lambda path: next(decode(path))):
        with pytest.raises(ValueError, match=r"a\.mp4 is not a video that can be read"):
            use(tmp_path / "a.mp4")


def test_a_missing_file_and_a_file_without_pictures_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no video file .*gone\.mp4"):
        next(decode(tmp_path / "gone.mp4"))
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 44100
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(ValueError, match="holds no video stream"):
        next(decode(tmp_path / "sound.mp4"))


@pytest.fixture
def damaged(tmp_path, write_video):
    """A video whose last quarter is noise, though its index is whole."""
    path = write_video(tmp_path / "damaged.mp4")
    content = bytearray(path.read_bytes())
    start, end = content.index(b"mdat"), content.index(b"moov") - 4
    late = (start + 3 * end) // 4
    content[late:end] = np.random.default_rng(0).integers(0, 256, end - late, dtype=np.uint8).tobytes()
    path.write_bytes(content)
    return path


def test_damage_is_told_after_the_frames_before_it(damaged):
    good = []
    with pytest.raises(UnreadableFrame, match=r"cannot read .*damaged\.mp4 beyond its first \d+ frames"):
        for image in decode(damaged):
            good.append(image)
    assert 0 < len(good) < 12 and numbers_of(good) == list(range(len(good)))


def test_frames_before_the_damage_can_still_be_read_by_number(damaged):
    frames = VideoFrames(damaged)
    assert len(frames) == 12 and numbers_of([frames.read(1)]) == [1]
    with pytest.raises(UnreadableFrame, match=r"damaged\.mp4"):
        frames.read(11)


def test_a_video_cut_off_before_its_index_is_refused(damaged):
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(ValueError, match="is not a video that can be read"):
        VideoFrames(damaged)


def test_decoding_holds_one_frame_at_a_time(tmp_path, write_video):
    images = decode(write_video(tmp_path / "a.mp4"))
    first = next(images)
    seen = weakref.ref(first)
    del first
    next(images)
    assert seen() is None
