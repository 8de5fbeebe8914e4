import csv

import pytest
import yaml

from models.evaluation import cost
from scripts.tables.paper import COLUMNS, published_rows, run_rows, write_tables
from scripts.tables.tasks import ROOT, TITLES
from tests.helpers.records import record

PUBLISHED = yaml.safe_load((ROOT / "docs" / "published.yaml").read_text(encoding="utf-8"))


def test_a_run_has_a_row_for_each_method():
    rows = {row["method"]: row for row in run_rows("v2c", "demo", record(30.0, interval=3))}
    assert list(rows) == ["teacher", "Shortcut fixed", "reuse"]
    assert rows["teacher"]["warp_error"] == 0.125 and rows["teacher"]["psnr"] is None
    assert (rows["teacher"]["params"], rows["Shortcut fixed"]["params"]) == (7_000_000, 500_000)
    ours = rows["Shortcut fixed"]
    assert (ours["psnr"], ours["saving_skipped"], ours["interval"]) == (30.0, 2.5, 3)
    assert ours["saving_mean"] == pytest.approx(10 / 6)
    assert (rows["reuse"]["psnr"], rows["reuse"]["macs_mean"]) == (20.0, 4e9) and "params" not in rows["reuse"]


def test_the_checkpoints_of_a_run_stand_in_both_files(tmp_path):
    rows = run_rows("v2c", "demo", record(checkpoints={"teacher": "abc", "shortcut": "def"}))
    write_tables(tmp_path, "bash it", [*rows, *published_rows(PUBLISHED)], PUBLISHED)
    text = (tmp_path / "reproduced.md").read_text(encoding="utf-8")
    assert text.count("- Viper → Cityscapes, demo: teacher abc, Shortcut def\n") == 1
    read = list(csv.DictReader((tmp_path / "reproduced.csv").open(newline="", encoding="utf-8")))
    assert {(row["teacher_fingerprint"], row["shortcut_fingerprint"]) for row in read[: len(rows)]} == {("abc", "def")}


def test_a_row_of_a_baseline_has_no_block_whatever_its_name():
    run = record(30.0)
    run["baselines"]["shortcut_free"] = run["baselines"]["reuse"]
    [row] = [row for row in run_rows("v2c", "demo", run) if row["method"] == "Shortcut free"]
    assert "params" not in row and "macs_skipped" not in row


def test_every_published_row_is_of_a_task_with_a_source_and_known_columns():
    for row in PUBLISHED["rows"]:
        assert row["task"] in TITLES and row["source"] in PUBLISHED["sources"]
        assert set(row) - {"source"} <= set(COLUMNS), row


def test_published_rows_have_the_names_of_ours():
    assert {row["method"] for row in published_rows(PUBLISHED)} == {"teacher", "Shortcut fixed"}


def test_what_is_counted_follows_from_the_published_stages():
    head = tail = 3_649_044_480
    teacher, skipped = head + 62_813_896_704 + tail, head + 6_617_563_136 + tail
    rows = {row["method"]: row for row in PUBLISHED["rows"] if (row["task"], row["source"]) == ("v2c", "networks")}
    saving = cost.saving(teacher, skipped, teacher, 3)
    assert rows["teacher"]["macs_mean"] == teacher and rows["shortcut"]["macs_skipped"] == skipped
    assert rows["shortcut"]["saving_skipped"] == pytest.approx(saving["skipped"], abs=5e-4)
    assert rows["shortcut"]["saving_mean"] == pytest.approx(saving["amortised"], abs=5e-4)


def test_the_table_is_written_in_full_and_shown_without_notes(tmp_path):
    note = {"task": "l2v", "setting": "demo", "method": "-", "note": "missing x | y"}
    rows = [*run_rows("v2c", "demo", record()), note, *published_rows(PUBLISHED)]
    shown = write_tables(tmp_path, "bash it", rows, PUBLISHED)
    text = (tmp_path / "reproduced.md").read_text()
    assert "missing x" not in shown and "missing x \\| y" in text and "`bash it`" in text
    assert "Viper → Cityscapes" in shown and "published [1]" in shown and "1. Chung et al." in text
    assert "3.2-5.7x" in text and PUBLISHED["absent"].strip() in text
    read = list(csv.DictReader((tmp_path / "reproduced.csv").open(newline="", encoding="utf-8")))
    assert len(read) == len(rows) and float(read[1]["saving_mean"]) == pytest.approx(10 / 6)
