"""test.py: what a translation leaves, and what it refuses."""

import csv
import json

import av
import pytest
import torch

from models.ops import choose
from models.shortcut.official import to_published
from tests.helpers.programs import record_of, refused, run_test, translated
from tests.helpers.runs import HEIGHT, WIDTH, save, stripes, teacher_file, translation
from tests.helpers.tiny import block
from util import checkpoint


def test_a_translation_leaves_figures_rows_and_a_video(trained, capsys):
    assert run_test(translation(trained)) == 0
    record = record_of(trained)
    assert record["frames"] == {"total": 6, "reference": 2, "skipped": 4}
    assert record["quality"]["psnr"]["per_distance"].keys() == {"1", "2"}
    assert record["baselines"].keys() == {"reuse", "flow_warp"}
    macs = record["cost"]["macs"]
    assert macs["skipped"] == macs["head"] + macs["block"] + macs["tail"]
    assert macs["teacher"] == macs["head"] + macs["body"] + macs["tail"] == macs["reference"] - macs["prepare"]
    assert record["cost"]["saving"]["skipped"] == pytest.approx(macs["teacher"] / macs["skipped"])
    assert record["latency_ms"].keys() == {"teacher_eager", "teacher", "reference", "skipped", "stream"}
    assert record["runtime"] == {
        "engine": "eager",
        "dtype": "float32",
        "deform_backend": choose("auto", torch.device("cpu")),
        "refresh": "fixed",
        "refresh_threshold": None,
        "refresh_mode": "whole",
        "max_interval": 3,
        "interval": 3,
    }
    assert record["runtime"]["max_interval"] == 3 and record["machine"]["torch"] == torch.__version__
    folder = trained / "results" / "tiny" / "test_latest"
    rows = list(csv.DictReader((folder / "frames.csv").open()))
    assert [row["distance"] for row in rows] == ["0", "1", "2", "0", "1", "2"]
    assert [row["reference"] for row in rows] == ["1", "0", "0", "1", "0", "0"]
    with av.open(str(folder / "065.mp4")) as video:
        sizes = {(frame.width, frame.height) for frame in video.decode(video=0)}
        assert video.streams.video[0].codec_context.name == "h264" and sizes == {(3 * WIDTH, HEIGHT)}
    shown = capsys.readouterr().out
    assert "whole video, teacher" in shown and "whole video, Shortcut fixed" in shown
    assert "saving per skipped frame" in shown and f"report page: {folder / 'index.html'}" in shown
    assert (folder / "index.html").is_file()


def test_reference_frames_show_exactly_what_the_teacher_makes(trained):
    run_test(translation(trained, "--name", "tiny", "--results_dir", str(trained / "exact")))
    rows = csv.DictReader((trained / "exact" / "tiny" / "test_latest" / "frames.csv").open())
    exact = [float(row["shortcut_psnr"]) == 100 for row in rows]
    assert exact == [True, False, False, True, False, False]


def test_max_interval_one_is_the_teacher(trained):
    run_test(translation(trained, "--max_interval", "1", "--results_dir", str(trained / "one")))
    record = json.loads((trained / "one" / "tiny" / "test_latest" / "metrics.json").read_text())
    assert record["quality"]["psnr"]["all"] == 100 and record["quality"]["psnr"]["skipped"] is None
    macs = record["cost"]["macs"]
    assert record["cost"]["saving"]["amortised"] == pytest.approx(macs["teacher"] / macs["reference"])
    assert record["quality"]["psnr"]["pooled"] is None


def test_all_methods_stand_in_one_table_with_their_cost(trained, capsys):
    methods = ["--methods", "teacher,reuse,flow_warp,fixed,adaptive", "--refresh_threshold", "0.0001"]
    record, rows = translated(trained, "methods", *methods)
    macs, costs = record["cost"]["macs"], record["cost"]["methods"]
    assert list(costs) == ["teacher", "shortcut", "shortcut_adaptive", "reuse", "flow_warp"]
    assert costs["teacher"]["macs"] == macs["teacher"] and costs["reuse"]["macs"] == pytest.approx(macs["teacher"] / 3)
    assert costs["shortcut"]["macs"] == pytest.approx((macs["reference"] + 2 * macs["skipped"]) / 3)
    assert costs["shortcut_adaptive"]["macs"] == macs["reference"]  # the picture moves, so every frame is one
    assert costs["shortcut"]["saving"] == pytest.approx(record["cost"]["saving"]["amortised"])
    assert record["baselines"].keys() == {"reuse", "flow_warp", "shortcut_adaptive"}
    assert record["baselines"]["shortcut_adaptive"]["psnr"]["all"] == 100
    assert record["teacher"].keys() == {"warp_error", "flicker"} <= record["quality"].keys()
    assert {"teacher_warp_error", "shortcut_adaptive_psnr"} <= rows[0].keys()
    shown = capsys.readouterr().out
    rows = [shown.index(f"\n{name} ") for name in ("Shortcut fixed", "Shortcut adaptive", "reuse", "flow warp")]
    assert rows == sorted(rows)


def test_only_the_metrics_and_methods_that_are_named_are_measured(trained):
    record, rows = translated(trained, "few", "--methods", "fixed,teacher", "--metrics", "flicker")
    assert record["baselines"] == {} and record["cost"]["methods"].keys() == {"teacher", "shortcut"}
    assert record["quality"].keys() == {"psnr", "flicker"} and "reuse_psnr" not in rows[0]


def test_a_runs_results_are_its_own(trained, tmp_path):
    """A second run in the folder of a first one, which had other clips and wrote more."""
    for name in "ab":
        save(tmp_path / "clips" / name / "1.png", stripes(0, 0))
    where = ["--results_dir", str(tmp_path), "--dataset_mode", "frames", "--no-verdict"]
    run_test(translation(trained, *where, "--dataroot", str(tmp_path / "clips"), "--save_image"))
    folder = tmp_path / "tiny" / "test_latest"
    assert (folder / "b.mp4").is_file() and (folder / "images" / "b").is_dir()
    (folder / "notes.txt").touch()
    run_test(translation(trained, *where, "--dataroot", str(tmp_path / "clips" / "a"), "--no-inside"))
    expected = {"a.mp4", "frames.csv", "index.html", "metrics.json", "notes.txt", "options.yaml"}
    assert {path.name for path in folder.iterdir()} == expected
    with pytest.raises(ValueError, match="whose results are replaced: give another --name"):
        run_test(translation(trained, *where, "--dataset_mode", "videofile", "--dataroot", str(folder / "a.mp4")))
    assert (folder / "a.mp4").is_file()


def test_without_comparison_the_video_shows_input_and_translation_and_nothing_is_judged(trained):
    results = str(trained / "alone")
    run_test(translation(trained, "--no-compare", "--save_image", "--max_frames", "4", "--results_dir", results))
    folder = trained / "alone" / "tiny" / "test_latest"
    assert len(list((folder / "images" / "065").glob("065_0000?.png"))) == 4
    with av.open(str(folder / "065.mp4")) as video:
        assert next(video.decode(video=0)).width == 2 * WIDTH


def test_published_files_load_with_and_without_prefix(trained):
    state = to_published(block())
    folder = trained / "runs" / "published"
    folder.mkdir()
    checkpoint.save(folder / "latest_net_ShortcutV2V.pth", state)
    checkpoint.save(folder / "7_net_ShortcutV2V.pth", {f"module.{key}": value for key, value in state.items()})
    teacher = {f"module.{key}": value for key, value in checkpoint.load(trained / "teacher.pth").items()}
    checkpoint.save(trained / "prefixed.pth", teacher)
    prefixed = ["--which_epoch", "7", "--main_G_path", str(trained / "prefixed.pth")]
    for more in ([], prefixed):
        assert run_test(translation(trained, "--name", "published", *more)) == 0
    plain, other = (record_of(trained, "published", epoch) for epoch in ("latest", "7"))
    assert plain["quality"] == other["quality"] and plain["checkpoints"] == other["checkpoints"]


def test_a_shortcut_of_another_teacher_or_shape_is_refused_with_every_difference(trained):
    other = teacher_file(trained / "other.pth", seed=5)
    message = refused(translation(trained, "--main_G_path", str(other), "--h_dim", "64"))
    assert "another teacher" in message and "h_dim: checkpoint 8, asked 64" in message


def test_a_missing_shortcut_is_an_error_that_lists_what_there_is(trained):
    assert "latest_net_ShortcutV2V.pth" in refused(translation(trained, "--which_epoch", "99"))


def test_an_unwritable_results_folder_is_an_error_before_any_work(trained):
    (trained / "file").write_text("not a folder")
    assert "cannot write into folder" in refused(translation(trained, "--results_dir", str(trained / "file")))
