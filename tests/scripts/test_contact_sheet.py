import subprocess
import sys

import cv2
import numpy as np
import pytest

from data.video.writer import VideoWriter
from scripts.contact_sheet import GAP, TITLE, sheet, videos_in
from tests.helpers.runs import ROOT


def video(path, count, size=(64, 32)):
    """Grey frames, the t-th of level 8 t."""
    with VideoWriter(path, 25, size) as writer:
        for t in range(count):
            writer.write(np.full((size[1], size[0], 3), 8 * t, np.uint8))
    return path


def level(picture, row_top, column, width):
    """Of the lower half of a frame, where no text is."""
    left = column * (width + GAP)
    return picture[row_top + TITLE + 20 : row_top + TITLE + 30, left + 20 : left + width - 2].mean()


def test_a_row_shows_a_clip_from_its_first_frame_to_its_last(tmp_path):
    picture = sheet([video(tmp_path / "a.mp4", 21)], columns=5, width=64)
    assert picture.shape == (TITLE + 32 + GAP, 5 * (64 + GAP) - GAP, 3)
    found = [level(picture, 0, column, 64) for column in range(5)]
    np.testing.assert_allclose(found, [0, 40, 80, 120, 160], atol=4)  # 8 times frames 0, 5, 10, 15, 20


def test_clips_of_other_sizes_and_lengths_get_frames_of_one_width(tmp_path):
    videos = [video(tmp_path / "a.mp4", 4), video(tmp_path / "b.mp4", 2, (128, 128))]
    picture = sheet(videos, columns=3, width=64)
    first = TITLE + 32 + GAP
    assert picture.shape == (first + TITLE + 64 + GAP, 3 * (64 + GAP) - GAP, 3)
    assert level(picture, first, 1, 64) == pytest.approx(8, abs=4)
    assert level(picture, first, 2, 64) == 255  # it has no third frame


def test_a_folder_stands_for_its_videos_in_natural_order(tmp_path):
    for name in ("clip10.mp4", "clip9.mp4", "metrics.json"):
        (tmp_path / name).touch()
    assert [path.name for path in videos_in(tmp_path)] == ["clip9.mp4", "clip10.mp4"]
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "none.mp4"):
        with pytest.raises(FileNotFoundError, match="neither a video file nor a folder with video files"):
            videos_in(path)


def run(*flags, cwd):
    command = [sys.executable, ROOT / "scripts" / "contact_sheet.py", *flags]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=cwd)


def test_as_a_program_it_writes_one_picture_of_files_and_folders(tmp_path):
    (tmp_path / "run").mkdir()
    video(tmp_path / "run" / "a.mp4", 3)
    video(tmp_path / "b.mp4", 3)
    ended = run("run", "b.mp4", "-o", "new/sheet.png", "--columns", "2", "--width", "100", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "new/sheet.png: 2 videos, 204 x 140 pixels\n"
    assert cv2.imread(str(tmp_path / "new" / "sheet.png")).shape == (140, 204, 3)
    (tmp_path / "notes.txt").write_text("no video")
    for flags, told in (
        (["b.mp4", "-o", "x.png", "--columns", "0"], "--columns and --width must be at least 1, got 0 and 320"),
        (["notes.txt", "-o", "x.png"], "notes.txt is not a video that can be read"),
    ):
        ended = run(*flags, cwd=tmp_path)
        assert ended.returncode == 1 and told in ended.stderr and not (tmp_path / "x.png").exists()
