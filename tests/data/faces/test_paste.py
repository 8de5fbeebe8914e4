from fractions import Fraction

import numpy as np
import pytest
from skimage.data import astronaut

from data.faces import Crop, crop_around, crop_size, cut_out, whole_frame
from data.faces.detectors import Mtcnn
from data.faces.paste import Paster, feather_mask, upscale, write_pasted
from data.faces.tracker import FaceTracker
from data.video import Video, decode
from data.video.timed import Timed
from data.video.writer import VideoWriter
from tests.data.faces.test_align import ASTRONAUT

CROP = Crop(height=100, width=200, top=24, bottom=64, left=80, right=160, scale=2.0)


def test_an_enlarged_frame_keeps_its_brightness():
    frame = np.full((5, 7, 3), 99, np.uint8)
    assert np.array_equal(upscale(frame, 4), np.full((20, 28, 3), 99))


def test_a_crop_lands_where_it_was_cut():
    canvas = Paster(CROP, (50, 100), 4).paste(np.zeros((200, 400, 3), np.uint8), np.full((160, 320, 3), 200, np.uint8))
    assert (canvas[60:116, 174:306] == 200).all()
    rows, columns = np.nonzero(canvas[..., 0])
    assert (rows.min(), rows.max()) == (48, 127) and (columns.min(), columns.max()) == (160, 319)


@pytest.mark.parametrize("eye_distance_px", [24, 64, 101])
def test_a_crop_that_is_only_enlarged_leaves_no_trace(eye_distance_px):
    frame = astronaut()[:301, :403]
    crop = crop_around(ASTRONAUT, frame.shape[:2], (60, 60, 60, 60), eye_distance_px)
    canvas = upscale(frame, 4)
    pasted = Paster(crop, frame.shape[:2], 4).paste(canvas, upscale(cut_out(frame, crop), 4))
    changed = np.abs(pasted.astype(float) - canvas)
    assert changed.max() > 0 and changed.mean() < 2


def test_the_whole_frame_is_replaced():
    frame = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    pasted = Paster(whole_frame((32, 48)), (32, 48), 2).paste(
        np.zeros((64, 96, 3), np.uint8), frame.repeat(2, 0).repeat(2, 1)
    )
    assert np.array_equal(pasted, frame.repeat(2, 0).repeat(2, 1))


def test_it_fades_towards_its_edges_but_not_towards_those_of_the_frame():
    inner = feather_mask(CROP, (80, 160))[..., 0]
    assert inner[0].max() < 0.01 and inner[:, -1].max() < 0.01 and (inner[10:-10, 10:-10] == 1).all()
    assert (np.diff(inner[40, :11]) > 0).all()
    at_left = feather_mask(CROP._replace(left=0), (80, 160))[..., 0]
    assert (at_left[40, :-10] == 1).all() and at_left[0].max() < 0.01


def test_the_canvas_is_not_written_into():
    canvas = np.zeros((200, 400, 3), np.uint8)
    Paster(CROP, (50, 100), 4).paste(canvas, np.full((160, 320, 3), 200, np.uint8))
    assert not canvas.any()


def test_a_canvas_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"must be \[200, 400\] px, got \[50, 100\]"):
        Paster(CROP, (50, 100), 4).paste(np.zeros((50, 100, 3), np.uint8), np.zeros((160, 320, 3), np.uint8))


FRAME = astronaut()[20:240, 120:340]  # 220 px square, with the face in its middle
EMPTY = np.full_like(FRAME, 90)


@pytest.fixture(scope="module")
def video():
    """A face that comes after one empty frame."""
    return FaceTracker(lambda: iter([EMPTY, FRAME, FRAME]), Mtcnn(), padding=(30,) * 4, eye_distance_px=32)


@pytest.fixture
def stylised(tmp_path, video):
    """The crops of three frames in twice their size, red beside green: green is the rightmost panel."""
    [face] = video.faces
    width, height = (2 * side for side in crop_size(face.crop))
    picture = np.zeros((height, 2 * width, 3), np.uint8)
    picture[:, :width, 0] = picture[:, width:, 1] = 255
    with VideoWriter(tmp_path / "face.mp4", 25, (2 * width, height)) as output:
        for _ in range(3):
            output.write(picture)
    return tmp_path / "face.mp4"


def test_the_rightmost_panel_is_put_where_the_face_is_and_when_it_is_there(tmp_path, video, stylised):
    write_pasted(tmp_path / "whole.mp4", video, [stylised], 2, 25)
    without, with_face, last = decode(tmp_path / "whole.mp4")
    assert np.abs(without.astype(int) - 90).max() < 4
    x, y = (2 * video.faces[0].points.eyes).astype(int)
    for frame in (with_face, last):
        red, green, _ = frame[y - 5 : y + 5, x - 5 : x + 5].mean(axis=(0, 1))
        assert green > 240 and red < 15
        assert np.abs(frame[:40, :40].astype(int) - upscale(FRAME, 2)[:40, :40]).mean() < 4


def test_frames_keep_the_times_of_the_film(tmp_path, video, stylised):
    times = [Fraction(0), Fraction(3), Fraction(7, 2)]
    film = Timed(zip([EMPTY, FRAME, FRAME], times, [Fraction(2)] * 3, strict=True))
    write_pasted(tmp_path / "whole.mp4", video, [stylised], 2, 25, film=film)
    frames = list(Video(tmp_path / "whole.mp4").frames())
    assert [frame.time for frame in frames] == times and frames[-1].duration == 2
    assert np.abs(frames[0].image.astype(int) - 90).max() < 4


def test_a_limit_and_a_video_of_nobody(tmp_path, video, stylised):
    write_pasted(tmp_path / "whole.mp4", video, [stylised], 2, 25, limit=2)
    assert len(list(decode(tmp_path / "whole.mp4"))) == 2
    nobody = FaceTracker(lambda: iter([EMPTY] * 4), Mtcnn(), no_face="pass")
    write_pasted(tmp_path / "nobody.mp4", nobody, [], 2, 25)
    assert [frame.shape for frame in decode(tmp_path / "nobody.mp4")] == [(440, 440, 3)] * 4
