import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.helpers.pages import ERROR, FRAMES, HEIGHT, SPOT, SPOT_ERROR, TEACHER, UNEVEN, WIDTH, finished_run, level
from util.report.clips import PlayedClip
from util.report.worst import CROP_PX, GAIN, STILL_PX, largest_error, pictures, read_frame, worst_frames


def clip(distance, psnr):
    figures = {"psnr": {"shortcut": psnr}} if psnr else {}
    return PlayedClip("a", "a.mp4", None, 10.0, None, distance, [], [1.0] * len(distance), figures)


def opened(address):
    kind, data = address.split(",")
    assert kind == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_the_worst_frame_of_each_reference_comes_lowest_first():
    clips = [clip([0, 1, 2, 0, 1], [None, 31, 30, None, 35]), clip([0, 1, 2], [None, 20, 25])]
    found = [(frame.clip, frame.number, frame.distance, frame.psnr) for frame in worst_frames(clips, 3)]
    assert found == [(1, 1, 1, 20), (0, 2, 2, 30), (0, 4, 1, 35)]
    assert len(worst_frames(clips, 2)) == 2


@pytest.mark.parametrize("psnr", [[None, None], []], ids=["exact frames", "no PSNR"])
def test_without_errors_no_frame_is_worst(psnr):
    assert worst_frames([clip([0, 0], psnr)], 3) == []


@pytest.mark.parametrize("number", range(FRAMES))
def test_a_frame_is_found_by_its_number(tmp_path, number):
    image = read_frame(finished_run(tmp_path, names=("a",)) / "a.mp4", number)
    assert image.shape == (HEIGHT, 3 * WIDTH, 3)
    np.testing.assert_allclose(image[24, [32, 96]].mean(axis=1), [level(number), TEACHER], atol=4)


def test_a_frame_of_a_video_of_variable_rate_is_found_by_its_number(tmp_path):
    path = finished_run(tmp_path, names=("a",), times=UNEVEN) / "a.mp4"
    shown = [read_frame(path, number)[24, 32].mean() for number in range(FRAMES)]
    np.testing.assert_allclose(shown, [level(number) for number in range(FRAMES)], atol=4)


def test_a_frame_beyond_the_end_is_refused(tmp_path):
    folder = finished_run(tmp_path)
    with pytest.raises(ValueError, match=f"a.mp4 has no frame {FRAMES}"):
        read_frame(folder / "a.mp4", FRAMES)


def test_a_frame_is_shown_whole_and_where_it_is_most_wrong(tmp_path):
    shown = pictures(finished_run(tmp_path, names=("a",), spot=True) / "a.mp4", 2)
    x, y, side = shown.box
    rows, columns = SPOT
    assert shown.size == (WIDTH, HEIGHT) and side == HEIGHT // 2
    assert x <= columns.start and columns.stop <= x + side and y <= rows.start and rows.stop <= y + side
    assert opened(shown.still).shape == (HEIGHT, 3 * WIDTH, 3)
    crop = opened(shown.crop)
    assert crop.shape == (side, 3 * side, 3)
    middle = [rows.start + 6 - y, columns.start + 6 - x]
    teacher, shortcut, difference = (crop[middle[0], middle[1] + panel * side].mean() for panel in range(3))
    assert [teacher, shortcut] == pytest.approx([TEACHER, TEACHER + 2 * ERROR + SPOT_ERROR], abs=8) and difference > 250
    np.testing.assert_allclose(crop[2, 2 * side + 2].mean(), GAIN * 2 * ERROR, atol=3 * GAIN)  # beside the spot


@pytest.mark.parametrize("size", [(400, 1000), (48, 64), (10, 8)])
def test_the_largest_error_lies_in_a_square_within_the_picture(size):
    height, width = size
    teacher = np.zeros((height, width, 3), np.uint8)
    shortcut = teacher.copy()
    shortcut[-3:, -2:] = 9
    x, y, side = largest_error(teacher, shortcut)
    assert (x + side, y + side) == (width, height) and side == min(max(min(size) // 2, CROP_PX[0]), CROP_PX[1], *size)
    shortcut = shortcut[::-1, ::-1]
    assert largest_error(teacher, shortcut)[:2] == (0, 0)


def test_a_large_still_is_made_small(tmp_path, write_video):
    shown = pictures(write_video(tmp_path / "a.mp4", size=(2 * STILL_PX, 64)), 7)
    assert opened(shown.still).shape == (32, STILL_PX, 3)
