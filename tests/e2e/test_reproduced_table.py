"""The committed table in docs/tables is up to date with the bundled checkpoints, the code and docs/published.yaml."""

import ast
import csv
import json
import os
import re
import subprocess

import pytest
import torch
import yaml

from models.evaluation import cost
from models.evaluation.pipeline_cost import count_weights
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from options.build.teacher import load_teacher
from options.build.translator import input_channels, load_block
from options.record import Options
from options.test_options import TestOptions
from scripts.tables.paper import COLUMNS, FINGERPRINTS, published_rows, write_tables
from scripts.tables.tasks import ROOT, entries
from util import image

TABLES = ROOT / "docs" / "tables"
PUBLISHED = yaml.safe_load((ROOT / "docs" / "published.yaml").read_text(encoding="utf-8"))
PLANNED = entries(ROOT / "datasets" / "v2c", ROOT / "datasets" / "v2l")
DEMOS = {entry.task: entry for entry in PLANNED if entry.setting == "demo"}
STALE = "docs/tables is out of date; measure it again with: bash scripts/reproduce_tables.sh"
TEXTS = {"task", "setting", "method", "note", *FINGERPRINTS}


def committed():
    """The rows of reproduced.csv, figures as numbers, empty fields as None."""
    with (TABLES / "reproduced.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*COLUMNS, *FINGERPRINTS], STALE
    return [{key: parsed(key, text) for key, text in row.items()} for row in rows]


def parsed(key, text):
    if key in TEXTS:
        return text or None
    return ast.literal_eval(text) if text else None


def rows_of(task, setting="demo"):
    """method -> its row."""
    return {row["method"]: row for row in committed() if (row["task"], row["setting"]) == (task, setting)}


@pytest.fixture(params=DEMOS)
def demo(request, monkeypatch):
    """A demo's entry, and the options with which the table runs it."""
    entry = DEMOS[request.param]
    env = {**{k: v for k, v in os.environ.items() if k != "dataset_root"}, "PYTHON": "echo"}
    words = subprocess.run(
        ["bash", entry.script, *entry.flags], env=env, cwd=ROOT, capture_output=True, text=True
    ).stdout
    monkeypatch.chdir(ROOT)
    flags = [word for word in words.split()[1:] if word != "--"]  # which ends the flags of the script
    return entry, Options(vars(TestOptions().parser().parse_args(flags)), {})


def test_the_demos_rows_are_of_the_bundled_checkpoints(demo):
    entry, opt = demo
    rows = rows_of(entry.task)
    assert {"teacher", "Shortcut fixed", "reuse", "flow warp"} <= set(rows), STALE
    device = torch.device("cpu")
    teacher, teacher_id = load_teacher(opt, device)
    block, block_id = load_block(opt, teacher, teacher_id, device)
    for row in rows.values():
        assert (row["teacher_fingerprint"], row["shortcut_fingerprint"]) == (teacher_id, block_id), STALE
    assert rows["Shortcut fixed"]["params"] == count_weights(teacher.head, block, teacher.tail), STALE
    translator = Translator(eager(teacher.for_inference(), optimize(block, "cpu")), Every(2))
    x = image.blank(opt.fine_size, device, input_channels(opt))
    with torch.no_grad():
        translator.step(x)
    assert rows["Shortcut fixed"]["macs_skipped"] == cost.count_macs(translator.step, x), STALE


@pytest.mark.parametrize("task", [task for task, entry in DEMOS.items() if "adaptive" in " ".join(entry.flags)])
def test_the_adaptive_rows_are_of_the_fitted_refresh(task):
    fit = json.loads((ROOT / "checkpoints" / DEMOS[task].run / "latest_refresh.json").read_text())
    row = rows_of(task)["Shortcut adaptive"]
    assert row["shortcut_fingerprint"] == fit["shortcut_fingerprint"], STALE
    assert row["macs_mean"] == pytest.approx(fit["measured"]["amortised_macs"], rel=0.01), STALE


def test_every_task_has_its_rows_and_none_failed():
    rows = committed()
    ours = {(entry.task, entry.setting) for entry in PLANNED}
    published = published_rows(PUBLISHED)
    assert {(row["task"], row["setting"]) for row in rows} == ours | {(r["task"], r["setting"]) for r in published}, (
        STALE
    )
    assert not [row for row in rows if (row["note"] or "").startswith("failed")], STALE


def test_the_published_rows_are_those_of_the_sources_file():
    wanted = [{key: row.get(key) for key in COLUMNS} for row in published_rows(PUBLISHED)]
    found = [{key: row[key] for key in COLUMNS} for row in committed()]
    assert all(row in found for row in wanted), STALE


def test_the_markdown_is_that_of_the_figures(tmp_path):
    text = (TABLES / "reproduced.md").read_text(encoding="utf-8")
    [command] = re.findall("Made by `(.*)`", text)
    write_tables(tmp_path, command, committed(), PUBLISHED)
    assert (tmp_path / "reproduced.md").read_text(encoding="utf-8") == text, STALE
