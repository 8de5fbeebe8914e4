from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from data.video import decode, frame_rate
from data.video.writer import VideoWriter, exact_rate

COLOURS = [(230, 20, 20), (20, 200, 40), (10, 10, 250), (255, 255, 255), (0, 0, 0), (128, 128, 128)]


def flat(colour, size=(48, 32)):
    return np.full((size[1], size[0], 3), colour, np.uint8)


def write(path, images, fps=25.0):
    with VideoWriter(path, fps, images[0].shape[1::-1]) as video:
        for image in images:
            video.write(image)


def test_what_is_written_is_read_back_in_its_colours(tmp_path):
    write(tmp_path / "a.mp4", [flat(c) for c in COLOURS])
    back = [image.mean(axis=(0, 1)) for image in decode(tmp_path / "a.mp4")]
    np.testing.assert_allclose(back, COLOURS, atol=6)


def test_it_is_h264_in_yuv420p_with_the_index_first_and_its_colours_tagged(tmp_path):
    write(tmp_path / "a.mp4", [flat((9, 9, 9))] * 3)
    content = (tmp_path / "a.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(tmp_path / "a.mp4")) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt, codec.colorspace, codec.color_range) == ("h264", "yuv420p", 1, 1)


@pytest.mark.parametrize("fps", [30000 / 1001, 8, 25, 23.976])
def test_the_frame_rate_is_kept(tmp_path, fps):
    write(tmp_path / "a.mp4", [flat((9, 9, 9))] * 4, fps)
    assert frame_rate(tmp_path / "a.mp4") == pytest.approx(fps, rel=1e-4)


def test_an_odd_size_is_padded_with_its_border(tmp_path):
    image = flat((200, 30, 30), size=(35, 17))
    write(tmp_path / "a.mp4", [image])
    (back,) = decode(tmp_path / "a.mp4")
    assert back.shape == (18, 36, 3) and np.abs(back[-1, -1].astype(int) - image[0, 0]).max() < 8


def test_an_error_leaves_the_older_file_and_no_unfinished_one(tmp_path):
    (tmp_path / "a.mp4").write_text("older")
    with pytest.raises(RuntimeError, match="stopped"), VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video:
        video.write(flat((1, 2, 3)))
        raise RuntimeError("stopped")
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"] and (tmp_path / "a.mp4").read_text() == "older"


def test_a_file_that_cannot_be_opened_is_told_on_entering(tmp_path):
    with pytest.raises(OSError), VideoWriter(tmp_path / "none" / "a.mp4", 25, (48, 32)):
        pytest.fail("entered")


def test_the_file_appears_only_when_it_is_complete(tmp_path):
    with VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video:
        video.write(flat((1, 2, 3)))
        assert not (tmp_path / "a.mp4").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("image", [flat((0, 0, 0), (46, 32)), flat((0, 0, 0)) / 255, flat((0, 0, 0))[..., 0]])
def test_a_frame_of_another_kind_is_refused(tmp_path, image):
    with (
        pytest.raises(ValueError, match=r"must be uint8 \[32, 48, 3\], got"),
        VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video,
    ):
        video.write(image)


def test_a_video_without_frames_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="no frame was written"), VideoWriter(tmp_path / "a.mp4", 25, (48, 32)):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("fps", "size", "told"), [(0, (4, 4), "fps must be"), (25, (0, 4), "size must be")])
def test_impossible_rates_and_sizes_are_refused(tmp_path, fps, size, told):
    with pytest.raises(ValueError, match=told):
        VideoWriter(tmp_path / "a.mp4", fps, size)


def shown_at(path):
    """(time, duration) of every frame, s."""
    with av.open(str(path)) as container:
        return [(f.pts * f.time_base, f.duration * f.time_base) for f in container.decode(video=0)]


def test_every_frame_is_shown_at_its_own_time_and_the_last_one_for_its_duration(tmp_path):
    times = [Fraction(0), Fraction(1, 30), Fraction(5), Fraction(5) + Fraction(1001, 30000)]
    with VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video:
        for time in times:
            video.write(flat((9, 9, 9)), time, Fraction(3))
    ends = [*times[1:], times[-1] + 3]
    assert shown_at(tmp_path / "a.mp4") == [(t, end - t) for t, end in zip(times, ends, strict=True)]


def test_packets_come_at_the_times_of_their_frames(tmp_path):
    times = [Fraction(0), Fraction(1, 25), Fraction(7, 25)]
    with VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video:
        for time in times:
            video.write(flat((9, 9, 9)), time)
    with av.open(str(tmp_path / "a.mp4")) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        assert [p.pts * p.time_base for p in packets] == [p.dts * p.time_base for p in packets] == times


def test_a_frame_without_a_time_follows_at_the_rate(tmp_path):
    with VideoWriter(tmp_path / "a.mp4", 10, (48, 32)) as video:
        video.write(flat((9, 9, 9)))
        video.write(flat((9, 9, 9)), Fraction(2))
        video.write(flat((9, 9, 9)))
    assert shown_at(tmp_path / "a.mp4") == [(0, 2), (2, Fraction(1, 10)), (Fraction(21, 10), Fraction(1, 10))]


@pytest.mark.parametrize("fps", [0.1, 1 / 3600])
def test_a_time_lapse_has_a_rate_below_one(tmp_path, fps):
    write(tmp_path / "a.mp4", [flat((9, 9, 9))] * 3, fps)
    assert shown_at(tmp_path / "a.mp4")[2] == (2 / exact_rate(fps), 1 / exact_rate(fps))


def test_a_frame_that_does_not_come_after_the_one_before_is_refused(tmp_path):
    with (
        pytest.raises(ValueError, match="must come after the one before, at 1.0 s; got 1.0 s"),
        VideoWriter(tmp_path / "a.mp4", 25, (48, 32)) as video,
    ):
        for _ in range(2):
            video.write(flat((9, 9, 9)), Fraction(1))


def test_a_link_under_the_name_of_an_unfinished_video_is_not_followed(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "a.mp4.partial").symlink_to(tmp_path / "precious")
    write(tmp_path / "a.mp4", [flat((9, 9, 9))])
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_colon_in_a_name_is_no_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(Path("cam:1.mp4"), [flat((9, 9, 9))])
    assert len(list(decode(Path("cam:1.mp4")))) == 1
