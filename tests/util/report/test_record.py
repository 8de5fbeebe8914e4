import copy
import json
import math

import pytest

from util import __version__
from util.files import new_partial
from util.report.record import Figure, figures_shown, in_order, method_name, refresh_of, remove_results, write_run


@pytest.mark.parametrize(
    ("refresh", "other", "rows"),
    [
        ("fixed", "shortcut_adaptive", ["teacher", "shortcut", "shortcut_adaptive", "reuse", "flow_warp"]),
        ("adaptive", "shortcut_fixed", ["teacher", "shortcut_fixed", "shortcut", "reuse", "flow_warp"]),
    ],
)
def test_the_fixed_refresh_stands_above_the_adaptive_one_whichever_is_judged(refresh, other, rows):
    assert in_order(["flow_warp", other, "shortcut", "reuse", "teacher"], refresh) == rows


def test_a_method_that_nobody_placed_comes_last_and_no_refresh_is_no_obstacle():
    assert in_order(["new", "newer", "reuse", "shortcut"], None) == ["shortcut", "reuse", "new", "newer"]


def test_names_are_words_and_tell_both_shortcuts_apart():
    methods = ["teacher", "shortcut", "shortcut_adaptive", "flow_warp"]
    names = ["teacher", "Shortcut fixed", "Shortcut adaptive", "flow warp"]
    assert [method_name(method, "fixed") for method in methods] == names
    assert method_name("shortcut", None) == "Shortcut"


def test_runs_share_a_refresh_or_none_is_named():
    fixed, adaptive = ({"runtime": {"refresh": refresh}} for refresh in ("fixed", "adaptive"))
    assert refresh_of(fixed, fixed) == "fixed"
    assert refresh_of(fixed, adaptive) is refresh_of({}) is None


FIGURES = {"skipped": 27.5, "all": 51.25, "per_distance": {"1": 28.0, "2": 27.0}}
RECORD = {
    "quality": {"psnr": FIGURES},
    "baselines": {"reuse": {"psnr": FIGURES}, "flow_warp": {"psnr": FIGURES}},
    "cost": {
        "macs": {"teacher": 70, "head": 4, "body": 62, "tail": 4, "block": 6, "skipped": 14, "reference": 70},
        "saving": {"skipped": 5.0, "amortised": 2.1},
        "params": {"teacher": 100, "skipped": 10},
    },
    "latency_ms": {kind: {"median": 10.0, "p95": 12.0} for kind in ("teacher", "reference", "skipped")},
    "frames": {"total": 9, "reference": 3, "skipped": 6},
    "options": {"max_interval": 3},
    "machine": {"cpu": "x"},
    "peak_memory_mb": 512.0,
}


def test_metrics_json_holds_the_record(tmp_path):
    path = write_run(tmp_path, RECORD)
    assert path == tmp_path / "metrics.json"
    assert json.loads(path.read_text()) == {"version": __version__, **RECORD}


def test_metrics_json_is_strict(tmp_path):
    record = copy.deepcopy(RECORD)
    record["quality"]["psnr"]["all"] = math.nan
    record["options"]["dataroot"] = tmp_path
    read = json.loads(write_run(tmp_path, record).read_text(), parse_constant=pytest.fail)
    assert read["quality"]["psnr"]["all"] is None and read["options"]["dataroot"] == str(tmp_path)


def test_an_incomplete_record_is_refused_and_nothing_is_written(tmp_path):
    record = {key: value for key, value in RECORD.items() if key != "machine"} | {"latency_ms": {"teacher": {}}}
    with pytest.raises(ValueError, match="lacks machine, latency_ms.reference, latency_ms.skipped"):
        write_run(tmp_path, record)
    assert not list(tmp_path.iterdir())


def test_results_of_an_earlier_run_are_removed_and_nothing_else(tmp_path):
    results = ["metrics.json", "frames.csv", "index.html", "options.yaml", "a.mp4", "a_whole.mp4", "inside/a.mp4"]
    results += ["images/a/a_00001.png", "images/b/b_00001.png"]
    others = ["notes.txt", "images/b/mine.txt", "more/b.mp4"]
    for name in results + others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    remove_results(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert left == {*others, "images", "images/b", "more"}


def test_a_figure_is_written_with_its_decimals_and_a_missing_one_is_a_dash():
    psnr = Figure("PSNR dB", better="↑", digits=2)
    assert (psnr.text(30.126), psnr.text(None), psnr.head) == ("30.13", "-", "PSNR dB ↑")


def test_the_record_says_how_its_figures_are_shown():
    fields = {"label": "PSNR dB", "better": "↑", "digits": 2, "frames": ["skipped", "pooled"]}
    described = {**RECORD, "figures": {"psnr": fields}}
    assert figures_shown(described) == {"psnr": Figure("PSNR dB", "↑", 2, ("skipped", "pooled"))}


def test_figures_of_an_older_run_are_shown_under_their_names_over_the_frames_that_they_have():
    older = {**RECORD, "teacher": {"fid": {"all": 12.0, "frames": 90}}}
    assert figures_shown(older) == {"psnr": Figure("psnr", frames=("skipped", "all")), "fid": Figure("fid")}


def test_unfinished_files_of_a_killed_run_are_removed_with_its_results(tmp_path):
    for folder in (tmp_path, tmp_path / "inside", tmp_path / "images" / "a"):
        folder.mkdir(parents=True, exist_ok=True)
        new_partial(folder / "a.mp4")
    remove_results(tmp_path)
    assert not list(tmp_path.iterdir())
