import numpy as np
import pytest
from PIL import Image

from data.video.writer import VideoWriter
from scripts.moving_picture import TITLE, main, pictures


def video(path, count, size=(96, 32)):
    """Grey frames, the t-th of level 20 t."""
    with VideoWriter(path, 25, size) as writer:
        for t in range(count):
            writer.write(np.full((size[1], size[0], 3), 20 * t, np.uint8))
    return path


def test_videos_of_other_sizes_are_stacked_at_one_width(tmp_path):
    videos = [video(tmp_path / "a.mp4", 4), video(tmp_path / "b.mp4", 6, (192, 32))]
    shown = pictures(videos, count=3, width=96)
    assert [picture.shape for picture in shown] == [(TITLE + 32 + 16, 96, 3)] * 3
    np.testing.assert_allclose([picture[TITLE:].mean() for picture in shown], [0, 20, 40], atol=4)


def test_the_file_plays_all_frames_at_the_rate_of_the_video(tmp_path):
    out = tmp_path / "made" / "out.webp"
    assert main([str(video(tmp_path / "a.mp4", 5)), "-o", str(out), "--frames", "4", "--width", "96"]) == 0
    with Image.open(out) as picture:
        assert (picture.n_frames, picture.info["loop"]) == (4, 0)
        picture.load()
        assert picture.info["duration"] == 40


def test_a_video_that_is_too_short_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"a\.mp4 has 2 frames, --frames asks for 3"):
        pictures([video(tmp_path / "a.mp4", 2)], count=3, width=96)
