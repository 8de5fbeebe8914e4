"""test.py: what its last lines say of time and cost."""

import pytest

from tests.helpers.programs import run_test, run_train, translated
from tests.helpers.runs import distil, translation
from util.report.verdict import sentence


def test_the_last_line_says_whether_it_pays(trained, capsys):
    record, _ = translated(trained, "verdict")
    found, latency = record["verdict"], record["latency_ms"]
    medians = {name: times["median"] for name, times in (latency | found["streams"]["ms"]).items()}
    assert record["task"] == "Viper → Cityscapes" and record["changed"]["name"] == "experiment_name"
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
    run_train(distil(trained, "--name", "wide", "--h_dim", "32", "--val_clips", "0"))
    capsys.readouterr()
    assert run_test(translation(trained, "--name", "wide", "--dry_run")) == 0
    warning = "\nwarning: a skipped frame costs more than the teacher: 0.008737 G MACs, the teacher 0.002691 G"
    assert warning in capsys.readouterr().out
    run_test(translation(trained, "--name", "wide", "--no-verdict"))
    *_, before, blank, verdict = capsys.readouterr().out.splitlines()
    assert before.startswith("warning: a skipped frame ") and not blank and verdict.startswith("skipped frame ")
    run_test(translation(trained, "--dry_run"))
    assert "warning" not in capsys.readouterr().out
