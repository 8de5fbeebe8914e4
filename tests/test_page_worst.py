import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.pages import FRAMES, HEIGHT, TEACHER, WIDTH, finished_run, level
from util.page.clips import PlayedClip, read_clips
from util.page.worst import STILL_PX, still, worst_frames


def clip(distance, psnr):
    return PlayedClip("a", "a.mp4", 10.0, distance, [], [1.0] * len(distance), {"shortcut": psnr})


def test_the_worst_frame_of_each_reference_comes_lowest_first(tmp_path):
    clips = [clip([0, 1, 2, 0, 1], [100, 31, 30, 100, 35]), clip([0, 1, 2], [100, 20, 25])]
    found = [(frame.clip, frame.number, frame.distance, frame.psnr) for frame in worst_frames(clips, 3)]
    assert found == [(1, 1, 1, 20), (0, 2, 2, 30), (0, 4, 1, 35)]
    assert len(worst_frames(clips, 2)) == 2


def test_exact_frames_are_never_worst(tmp_path):
    assert worst_frames([clip([0, 0], [100, 5])], 3) == []


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
    assert len(read_clips(folder, [])[0].distance) == FRAMES
    with pytest.raises(ValueError, match=f"a.mp4 has no frame {FRAMES}"):
        still(folder / "a.mp4", FRAMES)
