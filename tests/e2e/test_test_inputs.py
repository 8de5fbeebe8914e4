"""test.py: clips of many kinds, and their ground truth."""

import av
import numpy as np

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
