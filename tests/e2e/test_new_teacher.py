"""docs/extending.md adds a teacher: what it says is done, to a copy of the programs, and nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import torch
from torch import nn

from tests.helpers.runs import ROOT, distil, translation

PARTS = ("data", "models", "options", "util", "train.py", "test.py")
WEIGHTS = {"0": nn.Conv2d(3, 6, 4), "2": nn.Conv2d(6, 6, 3), "4": nn.ConvTranspose2d(6, 3, 4)}
FLAGS = ["--teacher", "toy", "--toy_start", "1"]


def code_blocks():
    """The Python of the document's part on teachers: the package, its import, its line in TEACHERS."""
    text = (ROOT / "docs" / "extending.md").read_text()
    part = text[text.index("## Add a teacher") :].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", part, flags=re.DOTALL)


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A copy of the programs, to which the toy teacher was added."""
    copy = tmp_path_factory.mktemp("programs")
    for part in PARTS:
        whole = ROOT / part
        if whole.is_dir():
            shutil.copytree(whole, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(whole, copy / part)
    package, imported, entry = code_blocks()
    (copy / "models" / "teachers" / "toy").mkdir()
    (copy / "models" / "teachers" / "toy" / "__init__.py").write_text(package)
    registry = copy / "models" / "teachers" / "__init__.py"
    before, opening, after = registry.read_text().partition("TEACHERS: dict[str, TeacherFamily] = {\n")
    registry.write_text(f"{before}{imported}\n{opening}{entry}{after}")
    return copy


def run(programs, name, flags):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(programs / name), *flags]
    return subprocess.run(command, capture_output=True, text=True, cwd=programs, env=environment)


def test_a_teacher_added_as_documented_is_distilled_and_translates(programs, tmp_path):
    torch.manual_seed(0)
    flags = distil(tmp_path, *FLAGS, "--niter", "1", "--val_clips", "0")
    state = {f"{n}.{key}": value for n, layer in WEIGHTS.items() for key, value in layer.state_dict().items()}
    torch.save(state, tmp_path / "teacher.pth")

    trained = run(programs, "train.py", flags)
    assert trained.returncode == 0, trained.stderr
    tested = run(programs, "test.py", translation(tmp_path, *FLAGS, "--no-verdict", "--no-inside", "--metrics", "psnr"))
    assert tested.returncode == 0, tested.stderr
    record = json.loads((tmp_path / "results" / "tiny" / "test_latest" / "metrics.json").read_text())
    assert record["options"]["toy_start"] == 1 and record["quality"]["psnr"]["skipped"] > 0


def test_its_flags_are_checked_like_all_others(programs, tmp_path):
    flags = distil(tmp_path, "--teacher", "toy", "--toy_start", "4", "--fineSizeW", "47")
    refused = run(programs, "train.py", flags)
    assert refused.returncode == 2
    assert "--toy_start must be a whole number between 1 and 3, got '4'" in refused.stderr
    assert "--fineSizeW must be a multiple of 2, got 47" in refused.stderr
