"""test.py: clips of many kinds, and their ground truth."""

import csv
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from data.video import Video
from tests.helpers.films import encode, greys
from tests.helpers.programs import refused, run_test, translated
from tests.helpers.runs import HEIGHT, WIDTH, save, stripes, translation
from util.viper import VIPER


def test_clips_of_different_sizes_are_each_translated_at_their_own(trained, write_video):
    (trained / "films").mkdir()
    for name, size in (("a", (48, 32)), ("b", (64, 40))):
        write_video(trained / "films" / f"{name}.mp4", times=range(4), size=size)
    flags = ["--dataset_mode", "videofile", "--resize_mode", "none", "--dataroot", str(trained / "films")]
    assert translated(trained, "sizes", *flags)[0]["frames"]["total"] == 8


def test_a_video_file_keeps_its_size_and_rate(trained, write_video):
    clip = write_video(trained / "drive.mp4", size=(50, 34))
    results = str(trained / "video")
    flags = ["--dataset_mode", "videofile", "--resize_mode", "none", "--dataroot", str(clip), "--results_dir", results]
    assert run_test(translation(trained, *flags)) == 0
    with av.open(str(trained / "video" / "tiny" / "test_latest" / "drive.mp4")) as video:
        stream = video.streams.video[0]
        assert stream.average_rate == 25 and (stream.width, stream.height) == (3 * 48, 32)
        assert sum(1 for _ in video.decode(video=0)) == 12


def test_a_clip_of_one_frame_is_translated(trained):
    save(trained / "single" / "only" / "0.png", stripes(0, 0))
    flags = ["--dataset_mode", "frames", "--dataroot", str(trained / "single"), "--results_dir", str(trained / "1")]
    assert run_test(translation(trained, *flags)) == 0


def test_an_unreadable_frame_is_an_error_that_leaves_no_half_video(trained):
    folder = trained / "broken" / "clip"
    for number in range(3):
        save(folder / f"{number}.png", stripes(number, 0))
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes()[:50])
    flags = ["--dataset_mode", "frames", "--dataroot", str(trained / "broken"), "--results_dir", str(trained / "b")]
    assert "1.png" in refused(translation(trained, *flags))
    assert not list((trained / "b").rglob("*.mp4*"))


def labelled(folder, colour):
    """Frames and label maps of one colour, in the layout of v2l."""
    for number in range(3):
        save(folder / "val" / "A" / f"065_{number}.png", stripes(number, 0))
        save(folder / "val" / "B" / f"065_{number}.png", np.full((HEIGHT, WIDTH, 3), colour, np.uint8))
    return ["--dataset_option", "v2l", "--dataroot", str(folder)]


def test_label_maps_are_judged_by_their_classes(trained, capsys):
    record, rows = translated(trained, "labels", *labelled(trained / "v2l", (1, 2, 3)))
    for figures in (record["quality"], record["teacher"], record["baselines"]["reuse"]):
        assert {"miou", "ac", "mp"} <= figures.keys() and figures["mp"].keys() == {"all", "skipped", "day"}
    assert record["quality"]["mp"]["all"] is None  # black is unlabeled, which is not judged
    shown = capsys.readouterr().out
    assert "ground truth: 4608 of 4608 label pixels (100.00%) have no VIPER colour: (1, 2, 3)" in shown
    flags = labelled(trained / "v2l", VIPER["road"])
    record, _ = translated(trained, "labels", *flags, "--seg_protocol", "published", "--no-seg_conditions")
    assert 0 <= record["quality"]["mp"]["all"] <= 1 and record["quality"]["mp"].keys() == {"all", "skipped"}


def test_ground_truth_that_is_missing_is_an_error_if_it_was_asked_for_and_one_line_otherwise(trained, capsys):
    flags = labelled(trained / "half", VIPER["road"])
    (trained / "half" / "val" / "B" / "065_2.png").unlink()
    record, _ = translated(trained, "half", *flags)
    assert "miou" not in record["quality"]
    assert "\nno segmentation scores: no ground truth for frame 065_2.png\n" in capsys.readouterr().out
    assert "no ground truth for frame 065_2.png" in refused(translation(trained, *flags, "--metrics", "segmentation"))


def test_the_videos_of_a_test_keep_the_times_of_its_input_and_its_notes_are_told_once(trained, capsys):
    times = [0, 1, 2, 120, 121]  # a pause of 4.7 s at 25 fps
    clip = encode(
        trained / "pause.mp4", greys(5, (50, 34)), times=times, sar=Fraction(16, 11), last=50, options={"bf": "0"}
    )
    results = str(trained / "pause")
    flags = ["--dataset_mode", "videofile", "--resize_mode", "none", "--dataroot", str(clip), "--results_dir", results]
    assert run_test(translation(trained, *flags, "--no-verdict")) == 0
    for video in (Path("pause.mp4"), Path("inside") / "pause.mp4"):
        frames = list(Video(trained / "pause" / "tiny" / "test_latest" / video).frames())
        assert [frame.time * 25 for frame in frames] == times and frames[-1].duration == 2
    assert capsys.readouterr().out.count(f"{clip}: its pixels are not square") == 1


def test_a_folder_of_videos_is_translated_without_a_flag_and_what_is_not_read_is_told(trained, write_video, capsys):
    films = trained / "of my own"
    films.mkdir()
    for name in ("10", "9"):
        write_video(films / f"{name}.mp4", times=range(3), size=(50, 36))
    (films / "10.prores").touch()
    save(films / "cover.png", stripes(0, 0))
    sizes = [
        word for word in translation(trained) if word not in ("--fineSizeW", "--fineSizeH", str(WIDTH), str(HEIGHT))
    ]
    flags = ["--dataroot", str(films), "--no-verdict", "--results_dir", str(trained / "own")]
    assert run_test([*sizes, *flags]) == 0
    told = capsys.readouterr().out
    assert "--dataset_mode videofile, because --dataroot is a folder of 2 videos (9.mp4, 10.mp4)" in told
    assert told.count(f"not used of {films}: 1 picture (cover.png), 1 .prores file (10.prores)") == 1
    folder = trained / "own" / "tiny" / "test_latest"
    rows = list(csv.DictReader((folder / "frames.csv").open()))
    assert [row["clip"] for row in rows] == ["9"] * 3 + ["10"] * 3
    with av.open(str(folder / "9.mp4")) as video:
        assert next(video.decode(video=0)).width == 3 * 48


def test_a_video_too_wide_is_refused_before_anything_is_written(trained, tmp_path):
    wide = ["--fineSizeW", "5760", "--fineSizeH", "16", "--results_dir", str(tmp_path)]
    with pytest.raises(ValueError, match="3 panels of 5760 x 16 px make a video of 17280 x 16"):
        run_test(translation(trained, *wide))
    assert not any(tmp_path.iterdir())
