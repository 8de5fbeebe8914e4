import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.helpers.pages import FRAMES, HEIGHT, TEACHER, WIDTH, finished_run, level
from util.report.clips import PlayedClip
from util.report.worst import STILL_PX, still, worst_frames


def clip(distance, psnr):
    figures = {"psnr": {"shortcut": psnr}} if psnr else {}
    return PlayedClip("a", "a.mp4", None, 10.0, distance, [], [1.0] * len(distance), figures)


def test_the_worst_frame_of_each_reference_comes_lowest_first(tmp_path):
    clips = [clip([0, 1, 2, 0, 1], [None, 31, 30, None, 35]), clip([0, 1, 2], [None, 20, 25])]
    found = [(frame.clip, frame.number, frame.distance, frame.psnr) for frame in worst_frames(clips, 3)]
    assert found == [(1, 1, 1, 20), (0, 2, 2, 30), (0, 4, 1, 35)]
    assert len(worst_frames(clips, 2)) == 2


@pytest.mark.parametrize("psnr", [[None, None], []], ids=["exact frames", "no PSNR"])
def test_without_errors_no_frame_is_worst(psnr):
    assert worst_frames([clip([0, 0], psnr)], 3) == []


@pytest.mark.parametrize("number", range(FRAMES))
def test_a_still_shows_the_frame_of_that_number(tmp_path, number):
    folder = finished_run(tmp_path, names=("a",))
    kind, data = still(folder / "a.mp4", number).split(",")
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert kind == "data:image/jpeg;base64" and picture.shape == (HEIGHT, 3 * WIDTH, 3)
    np.testing.assert_allclose(picture[24, [32, 96]].mean(axis=1), [level(number), TEACHER], atol=4)


def test_a_large_still_is_made_small(tmp_path, write_video):
    data = still(write_video(tmp_path / "a.mp4", size=(2 * STILL_PX, 64)), 7).split(",")[1]
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (STILL_PX, 32)


def test_a_frame_beyond_the_end_is_refused(tmp_path):
    folder = finished_run(tmp_path)
    with pytest.raises(ValueError, match=f"a.mp4 has no frame {FRAMES}"):
        still(folder / "a.mp4", FRAMES)
