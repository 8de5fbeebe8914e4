import csv

import pytest

from tests.helpers.pages import FPS, METHODS, finished_run, psnr
from util.report.clips import read_clips


def read(folder, methods=METHODS, names=("psnr", "flicker"), alone=("flicker",)):
    return read_clips(folder, [*methods, "teacher"], names, alone)


def test_clips_come_in_the_order_of_the_run_with_every_frame(tmp_path):
    clips = read(finished_run(tmp_path, names=("b", "a")))
    assert [clip.name for clip in clips] == ["b", "a"]
    assert clips[1].distance == [0, 1, 2, 0, 1, 2] and list(clips[1].predicted()) == [1, 2, 4, 5]
    assert clips[0].fps == FPS and clips[0].ms == [12.5] * 6


def test_an_exact_frame_has_no_distance_to_the_teacher(tmp_path):
    figures = read(finished_run(tmp_path, names=("a",)))[0].figures
    assert figures["psnr"]["shortcut"] == [None, psnr(0, 1), psnr(0, 2), None, psnr(0, 4), psnr(0, 5)]
    assert figures["psnr"]["flow_warp"][4] == psnr(0, 4) - 2
    assert figures["flicker"] == {"shortcut": [None, 1.5, 2.5, 3.5, 4.5, 5.5], "teacher": [None, *[0.25] * 5]}


def test_references_are_the_frames_marked_as_such(tmp_path):
    path = finished_run(tmp_path, names=("a",)) / "frames.csv"
    rows = list(csv.reader(path.open(newline="")))
    for row, distance in zip(rows[1:], [0, 1, 2, 1, 2, 1], strict=True):  # no frame but the first is exact
        row[2] = distance
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    clip = read(tmp_path)[0]
    assert clip.references == [0, 3] and list(clip.predicted()) == [1, 2, 3, 4, 5]


def test_a_clip_has_a_video_of_the_inside_or_none(tmp_path):
    clips = read(finished_run(tmp_path, names=("#1", "b"), inside=("#1",)))
    assert [clip.inside for clip in clips] == ["inside/%231.mp4", None]


def test_a_video_is_addressed_whatever_its_name(tmp_path):
    (clip,) = read(finished_run(tmp_path, names=("50% #1?",)))
    assert clip.video == "50%25%20%231%3F.mp4"


def test_figures_that_were_not_asked_for_are_not_read(tmp_path):
    assert read(finished_run(tmp_path), names=())[0].figures == {}
    assert list(read(tmp_path, methods=("reuse",))[0].figures["psnr"]) == ["reuse"]


def test_a_missing_video_is_named(tmp_path):
    (finished_run(tmp_path) / "b.mp4").unlink()
    with pytest.raises(FileNotFoundError, match="b.mp4"):
        read(tmp_path)
