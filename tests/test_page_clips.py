import csv

import pytest

from tests.pages import FPS, finished_run, psnr
from util.page.clips import read_clips


def test_clips_come_in_the_order_of_the_run_with_every_frame(tmp_path):
    clips = read_clips(finished_run(tmp_path, names=("b", "a")), ["shortcut", "flow_warp"])
    assert [clip.name for clip in clips] == ["b", "a"]
    assert clips[1].distance == [0, 1, 2, 0, 1, 2] and list(clips[1].predicted()) == [1, 2, 4, 5]
    assert clips[1].psnr["shortcut"] == [psnr(1, number) for number in range(6)]
    assert clips[1].psnr["flow_warp"][4] == psnr(1, 4) - 2
    assert clips[0].fps == FPS and clips[0].ms == [12.5] * 6


def test_references_are_the_frames_that_others_are_predicted_from(tmp_path):
    path = finished_run(tmp_path, names=("a",)) / "frames.csv"
    rows = list(csv.reader(path.open(newline="")))
    for row, distance in zip(rows[1:], [0, 1, 2, 1, 2, 1], strict=True):  # no frame but the first is exact
        row[2] = distance
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert read_clips(tmp_path, [])[0].references == [0, 2, 4]


def test_a_video_is_addressed_whatever_its_name(tmp_path):
    (clip,) = read_clips(finished_run(tmp_path, names=("50% #1?",)), [])
    assert clip.video == "50%25%20%231%3F.mp4"


def test_a_run_that_was_not_compared_has_no_quality(tmp_path):
    assert read_clips(finished_run(tmp_path, compare=False), [])[0].psnr == {}


def test_a_missing_video_is_named(tmp_path):
    (finished_run(tmp_path) / "b.mp4").unlink()
    with pytest.raises(FileNotFoundError, match="b.mp4"):
        read_clips(tmp_path, ["shortcut"])
