"""The script in a copy of the repository that has the data and checkpoints of a single task."""

import csv
import os
import shutil
import subprocess
import sys

import pytest

from models.shortcut.checkpoint import to_checkpoint
from scripts.reproduce_tables import error_message
from tests.helpers.runs import CPU, HEIGHT, ROOT, WIDTH, stripes, teacher_file, viper
from tests.helpers.runs import save as save_frame
from tests.helpers.tiny import block, teacher
from util import checkpoint

NEEDED = ("scripts", "options", "models", "data", "util", "test.py", "requirements.txt", "docs/published.yaml")
TINY = ["--fineSizeW", str(WIDTH), "--fineSizeH", str(HEIGHT), *CPU]
QUICK = ["--latency_repeats", "1", "--methods", "teacher,fixed,reuse", "--metrics", "psnr"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Everything for a tiny v2c; for v2l all files are there too, but its teacher's is none."""
    root = tmp_path_factory.mktemp("repository")
    for name in NEEDED:
        (root / name).parent.mkdir(exist_ok=True)
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    viper(root / "mine", frames=5)
    for side in "AB":
        save_frame(root / "datasets" / "v2l" / "val" / side / "065_00001.png", stripes(0, 0))
    state = to_checkpoint(block(), checkpoint.fingerprint(teacher().uncut_weights()), teacher().split)
    for task in ("v2c", "v2l"):
        for run in (f"{task}_teacher", f"ShortcutV2V_unsup_{task}"):
            (root / "checkpoints" / run).mkdir(parents=True)
        checkpoint.save(root / "checkpoints" / f"ShortcutV2V_unsup_{task}" / "latest_net_ShortcutV2V.pth", state)
    teacher_file(root / "checkpoints" / "v2c_teacher" / "latest_net_G_A.pth")
    (root / "checkpoints" / "v2l_teacher" / "latest_net_G_A.pth").write_text("no checkpoint")
    return root


def reproduce(root, *flags):
    """The finished script, called from the repository's root with paths relative to it."""
    env = {**os.environ, "PYTHON": sys.executable, "dataset_root": "/elsewhere"}
    command = ["bash", "scripts/reproduce_tables.sh", "--v2c_root", "mine", "--out", "out", *flags]
    return subprocess.run(command, env=env, cwd=root, capture_output=True, text=True)


def rows(root):
    """(task, setting) -> its rows."""
    found = {}
    for row in csv.DictReader((root / "out" / "reproduced.csv").open(newline="", encoding="utf-8")):
        found.setdefault((row["task"], row["setting"]), []).append(row)
    return found


@pytest.fixture(scope="module")
def ended(copy):
    return reproduce(copy, *TINY, *QUICK)


def test_a_task_that_can_be_run_has_its_figures(ended, copy):
    measured = {row["method"]: row for row in rows(copy)["v2c", "full size"]}
    assert {"teacher", "Shortcut fixed", "reuse"} <= set(measured), ended.stderr
    assert float(measured["Shortcut fixed"]["psnr"]) > 0 and float(measured["Shortcut fixed"]["saving_skipped"]) > 0
    assert measured["Shortcut fixed"]["frames"] == "5" and "mine" in measured["Shortcut fixed"]["note"]


def test_a_run_that_fails_costs_its_own_row_only_and_the_exit_status(ended, copy):
    [failed] = rows(copy)["v2l", "full size"]
    assert failed["note"].startswith("failed: test.py: error:") and "v2l_teacher" in failed["note"]
    assert ended.returncode == 1 and "Traceback" not in ended.stderr


def test_rows_without_files_say_which_and_where_from(ended, copy):
    [missing] = rows(copy)["l2v", "full size"]
    assert "missing checkpoints/v2l_teacher/latest_net_G_B.pth (none published" in missing["note"]
    [demo] = rows(copy)["v2c", "demo"]
    assert "checkpoints/demo_v2c/latest_net_G_A.pth" in demo["note"]
    assert "Viper → labels, demo: missing" in ended.stdout and (copy / "out" / "reproduced.md").is_file()


def test_a_finished_run_is_reused(ended, copy):
    (copy / "mine").rename(copy / "away")
    again = reproduce(copy, "--reuse")
    assert "Cityscapes, full size: reused" in again.stdout
    assert rows(copy)["v2c", "full size"][1]["psnr"]


def test_flags_that_every_row_settles_are_refused(copy):
    refused = reproduce(copy, "--dataroot", "x")
    assert refused.returncode == 1 and "--dataroot: every row sets its own" in refused.stderr


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["12%|#", "test.py: error: a", "  b"], "test.py: error: a b"),
        (["Traceback", "KeyError: 'x'", ""], "KeyError: 'x'"),
        ([], ""),
    ],
)
def test_the_error_message_is_found_in_the_output(lines, message):
    assert error_message(lines) == message
