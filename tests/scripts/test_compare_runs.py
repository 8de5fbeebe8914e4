import csv
import subprocess
import sys

import pytest

from scripts.compare_runs import compare, labels, merged, parts
from scripts.tables.records import read_run
from tests.helpers.records import psnr, results
from tests.helpers.runs import ROOT


def compared(*paths, out):
    command = [sys.executable, str(ROOT / "scripts" / "compare_runs.py"), *map(str, paths), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, cwd=paths[0].parent)


def rows(folder):
    read = csv.reader((folder / "compare.csv").open(newline=""))
    return {(section, figure): values for section, figure, *values in read}


def test_as_a_program_it_shows_and_writes_runs_side_by_side(tmp_path):
    first, second = results(tmp_path, "first"), results(tmp_path, "second", skipped=28.5, interval=5)
    ended = compared(first, second / "metrics.json", out=tmp_path / "new" / "folder")
    assert ended.returncode == 0, ended.stderr
    table = (tmp_path / "new" / "folder" / "compare.md").read_text()
    assert "| psnr skipped " in ended.stdout and "| psnr skipped " in table
    made = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert made == {"compare.md", "compare.csv", "quality_cost.svg", "per_distance.svg"}
    found = rows(tmp_path / "new" / "folder")
    assert found["section", "figure"] == ["first", "second"]
    assert found["Shortcut fixed", "psnr skipped"] == ["30.0", "28.5"]
    assert found["options", "max_interval"] == ["3", "5"] and ("options", "dataroot") not in found


def test_what_only_one_run_has_is_a_dash_in_the_others(tmp_path, capsys):
    miou = {"miou": {"all": 0.5, "day": 0.625}}
    first = results(tmp_path, "plain", teacher={})
    second = results(tmp_path, "rich", quality={**psnr(29.0, 30.0, 28.0, 27.0), **miou}, teacher=miou)
    assert compare([first, second], tmp_path / "out") == 0
    found = rows(tmp_path / "out")
    assert found["Shortcut fixed", "miou day"] == ["", "0.625"] and found["teacher", "miou"] == ["", "0.5"]
    order = [figure for section, figure in found if section == "Shortcut fixed"]
    assert order.index("psnr distance 3") == order.index("psnr distance 2") + 1
    line = next(line for line in capsys.readouterr().out.splitlines() if "miou day" in line)
    assert line.split()[-4:] == ["-", "|", "0.6250", "|"]


def test_rows_have_the_order_and_names_of_all_tables(tmp_path):
    runs = [results(tmp_path, name, verdict={"stream_speedup": 2.0, "streams": None}) for name in "ab"]
    compare(runs, tmp_path / "out")
    found = rows(tmp_path / "out")
    sections = list(dict.fromkeys(section for section, _ in found))
    assert sections[1:4] == ["teacher", "Shortcut fixed", "reuse"]
    assert found["verdict", "stream speedup"] == ["2.0", "2.0"] and ("verdict", "streams") not in found


def test_shortcuts_that_refresh_differently_stand_in_one_row(tmp_path):
    fixed = results(tmp_path, "fixed")
    adaptive = results(tmp_path, "adaptive", skipped=31.0, runtime={"interval": 3.2, "refresh": "adaptive"})
    compare([fixed, adaptive], tmp_path / "out")
    assert rows(tmp_path / "out")["Shortcut", "psnr skipped"] == ["30.0", "31.0"]


@pytest.mark.parametrize("again", [[], ["first"]])
def test_fewer_than_two_different_runs_are_refused(again, tmp_path):
    first = results(tmp_path, "first")
    with pytest.raises(ValueError, match="at least two different runs, got .*first"):
        compare([first, *(tmp_path / name / "test_latest" for name in again)], tmp_path / "out")


def test_a_missing_run_is_one_message(tmp_path):
    ended = compared(results(tmp_path, "first"), tmp_path / "gone", out=tmp_path / "out")
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert ended.stderr.startswith(f"compare_runs.py: error: no {tmp_path}/gone/metrics.json; expected")


def test_runs_of_one_name_are_told_apart_by_more_of_their_path(tmp_path):
    twins = [read_run(results(tmp_path / side, "same")) for side in "ab"]
    assert labels(twins) == [str(run.path.parent) for run in twins]
    assert labels([twins[0], read_run(results(tmp_path, "other"))]) == ["same", "other"]


def test_merged_keys_keep_the_order_of_every_run():
    assert merged(["abd", "bcd", "xd"]) == list("xabcd")


def test_parts_are_without_nesting():
    assert parts({"all": 1, "per_distance": {"1": 2}}) == {"all": 1, "distance 1": 2}
