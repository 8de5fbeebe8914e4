import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from models.evaluation.refresh_fit.curve import Point, write_csv
from scripts.cost_curve import all_series, draw
from tests.helpers.runs import ROOT


def made(policy, setting, macs, psnr, ms=None):
    return Point(policy, setting, macs, 1e9 / macs, 0.3, psnr, psnr, ms)


OURS = [made("fixed", 3, 5e8, 34.0, 20.0), made("fixed", 2, 7e8, 36.0, 25.0), made("adaptive", 0.25, 4e8, 35.0, 18.0)]
RIVALS = [made("reuse", 3, 3e8, 25.0, 9.0), made("flow_warp", 3, 3e8, 31.0, 12.0)]


@pytest.fixture
def files(tmp_path):
    """The curves of two blocks, the second with baselines."""
    write_csv(tmp_path / "a.csv", OURS)
    write_csv(tmp_path / "b.csv", [*OURS, *RIVALS])
    return [("published", tmp_path / "a.csv"), ("full size", tmp_path / "b.csv")]


def texts(path):
    return [element.text for element in ET.parse(path).iter() if element.tag.endswith("text")]


def test_as_a_program_it_draws_every_block_and_each_baseline_over_both_costs(files, tmp_path):
    named = [f"{name}={path}" for name, path in files]
    command = [sys.executable, str(ROOT / "scripts" / "cost_curve.py"), *named, "--out", str(tmp_path / "new" / "c")]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    for axis, label in (("macs", "GMACs per frame, amortised"), ("ms", "ms per frame, amortised")):
        shown = texts(tmp_path / "new" / f"c_{axis}.svg")
        lines = {"published, fixed", "published, adaptive", "full size, fixed", "full size, adaptive"}
        assert {*lines, "reuse", "flow warp", label} <= set(shown)


def test_baselines_are_those_of_the_first_file_that_has_them():
    other = [made("reuse", 3, 3e8, 20.0)]
    found = all_series({"a": OURS, "b": RIVALS, "c": other})
    assert found["reuse"] == RIVALS[:1] and list(found) == ["a, fixed", "a, adaptive", "reuse", "flow warp"]


def test_without_times_there_is_no_chart_of_them(tmp_path, capsys):
    write_csv(tmp_path / "old.csv", [made("fixed", 3, 5e8, 34.0)])
    draw([("old", tmp_path / "old.csv")], tmp_path / "c")
    assert "no c_ms.svg: nothing was timed" in capsys.readouterr().out
    assert (tmp_path / "c_macs.svg").is_file() and not (tmp_path / "c_ms.svg").exists()


def test_a_name_that_is_given_twice_is_refused(files, tmp_path):
    with pytest.raises(ValueError, match="every curve needs a name of its own, got published, published"):
        draw([files[0], files[0]], tmp_path / "c")


def test_another_file_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"x\.csv is no curve of scripts/fit_refresh\.py"):
        draw([("x", tmp_path / "x.csv")], tmp_path / "c")
