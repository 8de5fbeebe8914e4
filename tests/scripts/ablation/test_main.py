"""The program, as `bash scripts/ablation.sh` runs it."""

import json
import os
import subprocess
import sys

import pytest
import torch

from scripts.ablation.__main__ import parse
from scripts.ablation.setting import ROOT, TEACHER_FILES
from tests.helpers.cached import generator
from tests.helpers.runs import viper


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ablation")
    viper(folder / "data", frames=4)
    torch.save(generator().state_dict(), folder / "teacher.pth")
    return folder


def program(folder, *more):
    flags = ["--dataroot", "data", "--task", "v2c", "--v2c_teacher=teacher.pth", "--out", "new/a.json", "--steps", "1"]
    command = ["bash", str(ROOT / "scripts" / "ablation.sh"), *flags, "--val_clips", "1", *more]
    env = {**os.environ, "PYTHON": sys.executable}
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True)


def rows(folder):
    return [(row["row"], row["seed"]) for row in json.loads((folder / "new" / "a.json").read_text())["rows"]]


def test_rows_are_written_where_the_caller_says_and_those_that_are_done_are_kept(folder):
    ended = program(folder, "--rows", "h_dim", "--seeds", "1")
    assert ended.returncode == 0, ended.stderr
    first = [("reuse", None), ("flow_warp", None), ("h_dim_8", 0), ("h_dim_32", 0)]
    assert rows(folder) == first and ended.stderr.count("step 1/1") == 2
    assert (folder / "new" / "a.md").read_text().strip() == ended.stdout.strip()
    more = program(folder, "--rows", "h_dim", "--seeds", "2")
    assert rows(folder) == [*first, ("h_dim_8", 1), ("h_dim_32", 1)] and more.stderr.count("step 1/1") == 2


def test_a_teacher_that_is_not_there_is_one_clear_error(folder):
    ended = program(folder, "--v2c_teacher", "none.pth")
    assert ended.returncode == 1 and "ablation.sh: error: no checkpoint" in ended.stderr and not ended.stdout


def test_by_default_the_demos_teachers_are_used_on_both_tasks():
    given = parse([])
    assert given.task == ["v2c", "v2l"] and (given.steps, given.seeds) == (1500, 2)
    assert given.rows == ["ladder", "cut", "hold"] and given.out == ROOT / "docs" / "ablation.json"
    assert [path.is_file() for path in TEACHER_FILES.values()] == [True] * 3


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--rows", "colour"], "invalid choice: 'colour'"),
        (["--steps", "0"], "must be a whole number of at least 1, got '0'"),
        (["--task", "c2v"], "invalid choice: 'c2v'"),
        (["--out", "table.md"], "must end in .json, got 'table.md'"),
    ],
)
def test_bad_flags_are_refused_with_what_is_allowed(flags, told, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(flags)
    assert ended.value.code == 2 and told in capsys.readouterr().err
