import csv
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from data.video import Video
from models.ops import choose
from models.shortcut.checkpoint import from_checkpoint
from models.shortcut.official import to_published
from options.test_options import TestOptions
from test import translate
from tests.e2e.test_train import run as distil_now
from tests.helpers.films import encode, greys
from tests.helpers.runs import HEIGHT, WIDTH, distil, program, save, stripes, teacher_file, translation
from tests.helpers.tiny import block
from util import checkpoint
from util.report.verdict import sentence
from util.runtime import fast_types
from util.viper import VIPER


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with data, a teacher and its distilled Shortcut; tests write elsewhere or under their own names."""
    folder = tmp_path_factory.mktemp("trained")
    distil_now(distil(folder))
    return folder


def run(flags):
    return translate(TestOptions().parse(flags))


def record_of(folder, name="tiny", epoch="latest"):
    return json.loads((folder / "results" / name / f"test_{epoch}" / "metrics.json").read_text())


def test_a_translation_leaves_figures_rows_and_a_video(trained, capsys):
    assert run(translation(trained)) == 0
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
    run(translation(trained, "--name", "tiny", "--results_dir", str(trained / "exact")))
    rows = csv.DictReader((trained / "exact" / "tiny" / "test_latest" / "frames.csv").open())
    exact = [float(row["shortcut_psnr"]) == 100 for row in rows]
    assert exact == [True, False, False, True, False, False]


def test_max_interval_one_is_the_teacher(trained):
    run(translation(trained, "--max_interval", "1", "--results_dir", str(trained / "one")))
    record = json.loads((trained / "one" / "tiny" / "test_latest" / "metrics.json").read_text())
    assert record["quality"]["psnr"]["all"] == 100 and record["quality"]["psnr"]["skipped"] is None
    macs = record["cost"]["macs"]
    assert record["cost"]["saving"]["amortised"] == pytest.approx(macs["teacher"] / macs["reference"])
    assert record["quality"]["psnr"]["pooled"] is None


def translated(trained, name, *flags):
    """The record and the rows of a translation with more flags, its results in a folder of this name."""
    assert run(translation(trained, *flags, "--results_dir", str(trained / name))) == 0
    folder = trained / name / "tiny" / "test_latest"
    rows = list(csv.DictReader((folder / "frames.csv").open()))
    return json.loads((folder / "metrics.json").read_text()), rows


def test_an_adaptive_refresh_is_counted_as_it_came(trained):
    flags = ["--refresh", "adaptive", "--refresh_threshold", "50", "--max_interval", "4"]
    record, rows = translated(trained, "adaptive", *flags)
    assert [row["distance"] for row in rows] == ["0", "1", "2", "3", "0", "1"]
    assert record["runtime"]["refresh_threshold"] == 50 and record["runtime"]["interval"] == 3
    macs, saving = record["cost"]["macs"], record["cost"]["saving"]
    assert saving["amortised"] == pytest.approx(6 * macs["teacher"] / (2 * macs["reference"] + 4 * macs["skipped"]))
    restless, _ = translated(trained, "restless", *flags[:2], "--refresh_threshold", "0.0001")
    assert restless["frames"]["reference"] == 6


def test_a_spread_refresh_shows_predictions_from_older_references(trained):
    record, rows = translated(trained, "spread", "--refresh_mode", "spread", "--max_interval", "2")
    assert [row["distance"] for row in rows] == ["0", "1", "2", "1", "2", "1"]
    assert record["frames"] == {"total": 6, "reference": 3, "skipped": 3}
    macs = record["cost"]["macs"]
    assert macs["reference"] == macs["teacher"] + macs["prepare"] + macs["block"]


@pytest.fixture(scope="module")
def full_size(trained):
    """The flags of test.py for a full-size block, distilled beside the other."""
    distil_now(distil(trained, "--name", "full", "--block", "full_size"))
    return ["--name", "full"]


def translated_full_size(trained, full_size, name, *flags):
    assert run(translation(trained, *full_size, *flags, "--results_dir", str(trained / name))) == 0
    folder = trained / name / "full" / "test_latest"
    return json.loads((folder / "metrics.json").read_text()), list(csv.DictReader((folder / "frames.csv").open()))


def test_a_full_size_block_translates_and_shows_its_inside(trained, full_size):
    results = trained / "whole_program"
    ended = program("test.py", translation(trained, *full_size, "--inside", "--results_dir", str(results)))
    assert ended.returncode == 0 and "Traceback" not in ended.stderr, ended.stderr
    folder = results / "full" / "test_latest"
    record = json.loads((folder / "metrics.json").read_text())
    macs = record["cost"]["macs"]
    assert macs["skipped"] == macs["head"] + macs["block"] + macs["tail"]
    assert macs["reference"] == macs["teacher"] + macs["prepare"] and macs["extra"] > 0
    with av.open(str(folder / "inside" / "065.mp4")) as video:
        assert len(list(video.decode(video=0))) == record["frames"]["total"] == 6
    rows = list(csv.DictReader((folder / "frames.csv").open()))
    assert [float(row["shortcut_psnr"]) == 100 for row in rows] == [True, False, False, True, False, False]


def test_a_spread_refresh_of_a_full_size_block_pays_for_the_picture_that_nobody_sees(trained, full_size):
    spread = ["--refresh_mode", "spread", "--max_interval", "2"]
    record, rows = translated_full_size(trained, full_size, "full_spread", *spread)
    assert [row["distance"] for row in rows] == ["0", "1", "2", "1", "2", "1"]
    macs = record["cost"]["macs"]
    assert macs["reference"] == macs["teacher"] + macs["prepare"] + macs["block"] + macs["tail"]


def test_a_full_size_block_is_refreshed_when_the_picture_asks_for_it(trained, full_size):
    flags = ["--refresh", "adaptive", "--refresh_threshold", "50", "--max_interval", "4"]
    record, rows = translated_full_size(trained, full_size, "full_adaptive", *flags, "--amp", "bf16", "--hold", "0.2")
    assert [row["distance"] for row in rows] == ["0", "1", "2", "3", "0", "1"]
    assert record["runtime"]["dtype"] == "bfloat16" and record["quality"]["psnr"]["skipped"] > 0


@pytest.mark.parametrize(
    ("run_name", "asked", "found"), [("full", "published", "full_size"), ("tiny", "full_size", "published")]
)
def test_another_form_of_the_block_than_the_run_has_is_refused(trained, full_size, run_name, asked, found):
    said = refused(translation(trained, "--name", run_name, "--block", asked))
    assert f"block: checkpoint {found}, asked {asked}" in said


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


def test_the_last_line_says_whether_it_pays(trained, capsys):
    record, _ = translated(trained, "verdict")
    found, latency = record["verdict"], record["latency_ms"]
    medians = {name: times["median"] for name, times in (latency | found["streams"]["ms"]).items()}
    assert found["skipped_speedup_eager"] == pytest.approx(medians["teacher_eager"] / medians["skipped"])
    assert found["skipped_speedup"] == pytest.approx(latency["teacher"]["median"] / medians["skipped"])
    assert found["stream_speedup"] == pytest.approx(medians["teacher"] / medians["shortcut"])
    assert found["streams"]["ms"].keys() == {"teacher", "shortcut"} and found["streams"]["frames"] == 6
    skipped = [of["psnr"]["skipped"] for of in (record["quality"], record["baselines"]["flow_warp"])]
    assert found["psnr_over_flow_warp"] == pytest.approx(skipped[0] - skipped[1])
    *_, last = capsys.readouterr().out.splitlines()
    assert last == sentence(found) and "its teacher here, whole video " in last and "flow warp" in last


def test_without_whole_videos_and_flow_warp_the_verdict_is_of_single_frames(trained, capsys):
    record, _ = translated(trained, "short", "--no-verdict", "--methods", "teacher,fixed")
    found = record["verdict"]
    assert found["skipped_speedup"] > 0 and found["stream_speedup"] is found["psnr_over_flow_warp"] is None
    assert found["streams"] is None and capsys.readouterr().out.endswith(" its teacher here\n")


def test_an_adaptive_refresh_is_streamed_beside_a_fixed_interval(trained, capsys):
    flags = ["--refresh", "adaptive", "--refresh_threshold", "50", "--max_frames", "4"]
    found = translated(trained, "beside", *flags)[0]["verdict"]
    assert found["streams"]["ms"].keys() == {"teacher", "shortcut", "shortcut_fixed"}
    assert found["streams"]["frames"] == 4 and found["stream_speedup_fixed"] > 0
    assert " at a fixed interval), " in capsys.readouterr().out.splitlines()[-1]


def test_a_skipped_frame_that_costs_more_than_the_teacher_is_warned_of(trained, capsys):
    distil_now(distil(trained, "--name", "wide", "--h_dim", "32", "--val_clips", "0"))
    capsys.readouterr()
    assert run(translation(trained, "--name", "wide", "--dry_run")) == 0
    warning = "\nwarning: a skipped frame costs more than the teacher: 0.008737 G MACs, the teacher 0.002691 G"
    assert warning in capsys.readouterr().out
    run(translation(trained, "--name", "wide", "--no-verdict"))
    *_, before, blank, verdict = capsys.readouterr().out.splitlines()
    assert before.startswith("warning: a skipped frame ") and not blank and verdict.startswith("skipped frame ")
    run(translation(trained, "--dry_run"))
    assert "warning" not in capsys.readouterr().out


def test_only_the_metrics_and_methods_that_are_named_are_measured(trained):
    record, rows = translated(trained, "few", "--methods", "fixed,teacher", "--metrics", "flicker")
    assert record["baselines"] == {} and record["cost"]["methods"].keys() == {"teacher", "shortcut"}
    assert record["quality"].keys() == {"psnr", "flicker"} and "reuse_psnr" not in rows[0]


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


def test_half_precision_and_a_forced_operator_are_recorded(trained):
    record, _ = translated(trained, "half", "--amp", "bf16", "--deform_backend", "reference")
    assert record["runtime"]["dtype"] == "bfloat16" and record["runtime"]["deform_backend"] == "reference"


def test_auto_decides_on_the_first_frame_says_so_and_is_recorded(trained, capsys):
    record, _ = translated(trained, "auto", "--amp", "auto")
    dtype = record["runtime"]["dtype"]
    assert dtype in ("float32", "bfloat16") and record["options"]["amp"] == "auto"
    assert f"\n--amp auto: {dtype}; " in capsys.readouterr().out
    tried = record["runtime"].get("dtype_psnr_db", {})
    assert tried.keys() == {str(dtype).removeprefix("torch.") for dtype in fast_types(torch.device("cpu"))}
    assert all(found.keys() == {"teacher", "skipped"} for found in tried.values())
    assert (dtype == "bfloat16") == (bool(tried) and min(tried["bfloat16"].values()) >= 50)


def test_quality_in_half_precision_is_measured_against_the_float32_teacher(trained):
    record, rows = translated(trained, "against", "--amp", "bf16")
    shown = [float(row["shortcut_psnr"]) for row in rows if row["reference"] == "1"]
    assert all(20 < psnr < 90 for psnr in shown)  # bf16's own teacher would be met exactly, at 100 dB
    assert record["baselines"]["reuse"]["psnr"]["all"] > 0 and record["latency_ms"]["teacher"]["median"] > 0


def test_a_runs_results_are_its_own(trained, tmp_path):
    """A second run in the folder of a first one, which had other clips and wrote more."""
    for name in "ab":
        save(tmp_path / "clips" / name / "1.png", stripes(0, 0))
    where = ["--results_dir", str(tmp_path), "--dataset_mode", "frames", "--no-verdict"]
    run(translation(trained, *where, "--dataroot", str(tmp_path / "clips"), "--save_image"))
    folder = tmp_path / "tiny" / "test_latest"
    assert (folder / "b.mp4").is_file() and (folder / "images" / "b").is_dir()
    (folder / "notes.txt").touch()
    run(translation(trained, *where, "--dataroot", str(tmp_path / "clips" / "a"), "--no-inside"))
    expected = {"a.mp4", "frames.csv", "index.html", "metrics.json", "notes.txt", "options.yaml"}
    assert {path.name for path in folder.iterdir()} == expected
    with pytest.raises(ValueError, match="whose results are replaced: give another --name"):
        run(translation(trained, *where, "--dataset_mode", "videofile", "--dataroot", str(folder / "a.mp4")))
    assert (folder / "a.mp4").is_file()


def test_clips_of_different_sizes_are_each_translated_at_their_own(trained, write_video):
    (trained / "films").mkdir()
    for name, size in (("a", (48, 32)), ("b", (64, 40))):
        write_video(trained / "films" / f"{name}.mp4", times=range(4), size=size)
    flags = ["--dataset_mode", "videofile", "--resize_mode", "none", "--dataroot", str(trained / "films")]
    assert translated(trained, "sizes", *flags)[0]["frames"]["total"] == 8


def test_without_comparison_the_video_shows_input_and_translation_and_nothing_is_judged(trained):
    results = str(trained / "alone")
    run(translation(trained, "--no-compare", "--save_image", "--max_frames", "4", "--results_dir", results))
    folder = trained / "alone" / "tiny" / "test_latest"
    assert len(list((folder / "images" / "065").glob("065_0000?.png"))) == 4
    with av.open(str(folder / "065.mp4")) as video:
        assert next(video.decode(video=0)).width == 2 * WIDTH


def test_a_video_file_keeps_its_size_and_rate(trained, write_video):
    clip = write_video(trained / "drive.mp4", size=(50, 34))
    results = str(trained / "video")
    flags = ["--dataset_mode", "videofile", "--resize_mode", "none", "--dataroot", str(clip), "--results_dir", results]
    assert run(translation(trained, *flags)) == 0
    with av.open(str(trained / "video" / "tiny" / "test_latest" / "drive.mp4")) as video:
        stream = video.streams.video[0]
        assert stream.average_rate == 25 and (stream.width, stream.height) == (3 * 48, 32)
        assert sum(1 for _ in video.decode(video=0)) == 12


def test_a_clip_of_one_frame_is_translated(trained):
    save(trained / "single" / "only" / "0.png", stripes(0, 0))
    flags = ["--dataset_mode", "frames", "--dataroot", str(trained / "single"), "--results_dir", str(trained / "1")]
    assert run(translation(trained, *flags)) == 0


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
        assert run(translation(trained, "--name", "published", *more)) == 0
    plain, other = (record_of(trained, "published", epoch) for epoch in ("latest", "7"))
    assert plain["quality"] == other["quality"] and plain["checkpoints"] == other["checkpoints"]


def refused(flags):
    ended = program("test.py", flags)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    return ended.stderr


def test_an_unreadable_frame_is_an_error_that_leaves_no_half_video(trained):
    folder = trained / "broken" / "clip"
    for number in range(3):
        save(folder / f"{number}.png", stripes(number, 0))
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes()[:50])
    flags = ["--dataset_mode", "frames", "--dataroot", str(trained / "broken"), "--results_dir", str(trained / "b")]
    assert "1.png" in refused(translation(trained, *flags))
    assert not list((trained / "b").rglob("*.mp4*"))


def test_a_shortcut_of_another_teacher_or_shape_is_refused_with_every_difference(trained):
    other = teacher_file(trained / "other.pth", seed=5)
    message = refused(translation(trained, "--main_G_path", str(other), "--h_dim", "64"))
    assert "another teacher" in message and "h_dim: checkpoint 8, asked 64" in message


def test_a_missing_shortcut_is_an_error_that_lists_what_there_is(trained):
    assert "latest_net_ShortcutV2V.pth" in refused(translation(trained, "--which_epoch", "99"))


def test_an_unwritable_results_folder_is_an_error_before_any_work(trained):
    (trained / "file").write_text("not a folder")
    assert "cannot write into folder" in refused(translation(trained, "--results_dir", str(trained / "file")))


def fitted(trained, **changes):
    """A file as scripts/fit_refresh.py writes it, for the trained block."""
    block_id = record_of(trained)["checkpoints"]["shortcut"]
    record = {"threshold": 50.0, "max_interval": 9, "shortcut_fingerprint": block_id} | changes
    (trained / "runs" / "tiny" / "latest_refresh.json").write_text(json.dumps(record))


def test_an_interval_is_that_of_the_refresh_it_was_given_with(trained):
    run(translation(trained))
    fitted(trained)
    both = ["--methods", "teacher,fixed,adaptive"]
    record, rows = translated(trained, "fixed2", *both, "--max_interval", "2")
    assert [row["distance"] for row in rows] == ["0", "1", "0", "1", "0", "1"]
    assert record["baselines"]["shortcut_adaptive"]["psnr"]["per_distance"].keys() == {"1", "2", "3", "4", "5"}
    record, rows = translated(trained, "adaptive4", *both, "--refresh", "adaptive", "--max_interval", "4")
    assert [row["distance"] for row in rows] == ["0", "1", "2", "3", "0", "1"]
    assert record["baselines"]["shortcut_fixed"]["psnr"]["per_distance"].keys() == {"1", "2"}
    (trained / "runs" / "tiny" / "latest_refresh.json").unlink()


def test_a_fitted_threshold_is_found_beside_the_checkpoint(trained):
    run(translation(trained))
    fitted(trained)
    record, _ = translated(trained, "fitted", "--refresh", "adaptive")
    assert record["runtime"]["refresh_threshold"] == 50 and record["runtime"]["max_interval"] == 9
    record, _ = translated(trained, "fitted", "--refresh", "adaptive", "--max_interval", "4")
    assert record["runtime"]["max_interval"] == 4
    for wrong in ({"threshold": "0.3"}, {"threshold": None}, {"max_interval": "12"}):
        fitted(trained, **wrong)
        assert "holds no refresh threshold" in refused(translation(trained, "--refresh", "adaptive"))
    fitted(trained, shortcut_fingerprint="x")
    assert "is of another Shortcut, fingerprint x" in refused(translation(trained, "--refresh", "adaptive"))
    (trained / "runs" / "tiny" / "latest_refresh.json").unlink()
    assert "`bash scripts/fit_refresh.sh` fits one" in refused(translation(trained, "--refresh", "adaptive"))


def test_half_precision_that_a_cpu_has_not_is_refused(trained):
    assert "--amp fp16 needs a CUDA device" in refused(translation(trained, "--amp", "fp16"))


def test_the_demo_has_a_threshold_of_its_own_shortcut():
    demo = Path(__file__).resolve().parents[2] / "checkpoints" / "demo_v2c"
    state = checkpoint.load(demo / "latest_net_ShortcutV2V.pth")
    weights = from_checkpoint(state, state["teacher"], state["split"], {})
    fitted = json.loads((demo / "latest_refresh.json").read_text())
    assert fitted["shortcut_fingerprint"] == checkpoint.fingerprint(weights.state_dict())


def test_a_product_that_an_operator_computes_twice_is_counted_twice(trained):
    macs = {}
    for backend in ("cpu", "torchvision"):
        record, _ = translated(trained, backend, "--deform_backend", backend)
        macs[backend] = record["cost"]["macs"]["block"]
    assert macs["torchvision"] > macs["cpu"]


def test_the_videos_of_a_test_keep_the_times_of_its_input_and_its_notes_are_told_once(trained, capsys):
    times = [0, 1, 2, 120, 121]  # a pause of 4.7 s at 25 fps
    clip = encode(trained / "pause.mp4", greys(5, (50, 34)), times=times, sar=Fraction(16, 11), last=50)
    results = str(trained / "pause")
    flags = ["--dataset_mode", "videofile", "--resize_mode", "none", "--dataroot", str(clip), "--results_dir", results]
    assert run(translation(trained, *flags, "--no-verdict")) == 0
    for video in (Path("pause.mp4"), Path("inside") / "pause.mp4"):
        frames = list(Video(trained / "pause" / "tiny" / "test_latest" / video).frames())
        assert [frame.time * 25 for frame in frames] == times and frames[-1].duration == 2
    assert capsys.readouterr().out.count(f"{clip}: its pixels are not square") == 1
