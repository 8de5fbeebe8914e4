import csv
import os
from pathlib import Path

import pytest

from tests.helpers.pages import FPS, METHODS, UNEVEN, finished_run, psnr
from util.files import as_text
from util.report.clips import check_names, read_clips, video_file


def read(folder, methods=METHODS, names=("psnr", "flicker"), alone=("flicker",)):
    return read_clips(folder, [*methods, "teacher"], names, alone)


def test_clips_come_in_the_order_of_the_run_with_every_frame(tmp_path):
    clips = read(finished_run(tmp_path, names=("b", "a")))
    assert [clip.name for clip in clips] == ["b", "a"]
    assert clips[1].distance == [0, 1, 2, 0, 1, 2]
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
    assert clip.references == [0, 3]


def test_a_clip_has_a_video_of_the_inside_or_none(tmp_path):
    clips = read(finished_run(tmp_path, names=("#1", "b"), inside=("#1",)))
    assert [clip.inside for clip in clips] == ["inside/%231.mp4", None]


def test_frames_of_a_variable_rate_have_times(tmp_path):
    (even,) = read(finished_run(tmp_path / "even", names=("a",)))
    (uneven,) = read(finished_run(tmp_path / "uneven", names=("a",), times=UNEVEN))
    assert even.times is None and uneven.times == [float(time) for time in UNEVEN]


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


@pytest.mark.parametrize(
    ("clips", "faces", "whole", "met"),
    [
        (["p", "q", "p_whole"], False, True, "clips p and p_whole would both write p_whole.mp4"),
        (["q_face1", "q"], True, True, "clips q and q_face1 would both write q_face1.mp4"),
        (["q_face12_whole", "q"], True, True, "clips q and q_face12_whole would both write q_face12_whole.mp4"),
        (["a", "b", "a"], False, False, "clips a and a would both write a.mp4"),
    ],
)
def test_results_that_meet_are_refused_and_named(clips, faces, whole, met):
    with pytest.raises(ValueError, match=met):
        check_names(clips, faces, whole)


def test_names_that_could_meet_only_in_another_run_are_fine():
    check_names(["p", "p_whole", "q", "q_face1"], faces=False, whole=False)
    check_names(["p_face1", "p_face2"], faces=True, whole=True)


def test_a_clip_of_any_name_is_found_again(tmp_path):
    name = "caf\udce9"
    folder = finished_run(tmp_path, names=("a",))
    (folder / "a.mp4").rename(folder / f"{name}.mp4")
    table = (folder / "frames.csv").read_text().replace("\na,", f"\n{as_text(name)},")
    (folder / "frames.csv").write_text(table)
    (clip,) = read(folder)
    assert (clip.name, clip.video, clip.fps) == ("caf\\udce9", "caf%E9.mp4", FPS)


def test_a_long_name_of_a_clip_has_a_video():
    assert len(os.fsencode(video_file(Path("out"), "x" * 255).name)) == 255
    assert video_file(Path("out"), "x" * 251).name == "x" * 251 + ".mp4"
