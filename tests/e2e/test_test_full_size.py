"""test.py with a full-size block."""

import csv
import json

import av
import pytest

from tests.helpers.programs import refused, run_train, translated
from tests.helpers.runs import distil, program, translation


@pytest.fixture(scope="module")
def full_size(trained):
    """The name of the run of a full-size block, distilled beside the other."""
    run_train(distil(trained, "--name", "full", "--block", "full_size"))
    return "full"


def test_a_full_size_block_translates_and_shows_its_inside(trained, full_size):
    results = trained / "whole_program"
    ended = program("test.py", translation(trained, "--name", full_size, "--inside", "--results_dir", str(results)))
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
    record, rows = translated(trained, "full_spread", *spread, name=full_size)
    assert [row["distance"] for row in rows] == ["0", "1", "2", "1", "2", "1"]
    macs = record["cost"]["macs"]
    assert macs["reference"] == macs["teacher"] + macs["prepare"] + macs["block"] + macs["tail"]


def test_a_full_size_block_is_refreshed_when_the_picture_asks_for_it(trained, full_size):
    flags = ["--refresh", "adaptive", "--refresh_threshold", "50", "--max_interval", "4"]
    flags += ["--amp", "bf16", "--hold", "0.2"]
    record, rows = translated(trained, "full_adaptive", *flags, name=full_size)
    assert [row["distance"] for row in rows] == ["0", "1", "2", "3", "0", "1"]
    assert record["runtime"]["dtype"] == "bfloat16" and record["quality"]["psnr"]["skipped"] > 0


@pytest.mark.parametrize(
    ("run_name", "asked", "found"), [("full", "published", "full_size"), ("tiny", "full_size", "published")]
)
def test_another_form_of_the_block_than_the_run_has_is_refused(trained, full_size, run_name, asked, found):
    said = refused(translation(trained, "--name", run_name, "--block", asked))
    assert f"block: checkpoint {found}, asked {asked}" in said
