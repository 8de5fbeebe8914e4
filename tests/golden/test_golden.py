"""The reference vectors, and that the check of them can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.golden import check as golden

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "golden").glob("*.npz"))


def altered(source, target, **changed):
    with np.load(source) as file:
        np.savez(target, **{**{key: file[key] for key in file.files}, **changed})


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_published_networks_are_reproduced(path):
    checks = golden.run_file(path)
    assert checks and not [check for check in checks if not check.ok]


def test_every_handler_has_a_file():
    assert all(any(path.stem.startswith(stem) for path in FILES) for stem in golden.HANDLERS)


def test_the_command_exits_0_when_everything_agrees(tmp_path):
    shutil.copy(ROOT / "tests" / "golden" / "hetconv.npz", tmp_path)
    run = subprocess.run([sys.executable, "-m", "tests.golden", tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and "hetconv" in run.stdout and run.stdout.count(" ok\n") == 1


def test_a_wrong_result_fails(tmp_path, capsys):
    source = ROOT / "tests" / "golden" / "hetconv.npz"
    with np.load(source) as file:
        y = file["y"].copy()
    y[1, 2, 3, 4] += 2e-4 * y.std()
    altered(source, tmp_path / "hetconv.npz", y=y)
    assert golden.main([str(tmp_path)]) == 1
    assert "FAILED" in capsys.readouterr().out


def test_an_unknown_file_fails_and_the_others_still_run(tmp_path, capsys):
    np.savez(tmp_path / "another.npz", y=np.zeros(1))
    shutil.copy(ROOT / "tests" / "golden" / "hetconv.npz", tmp_path)
    assert golden.main([str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "unknown file" in shown and shown.count(" ok\n") == 1


def test_a_file_with_other_parameters_fails(tmp_path, capsys):
    source = ROOT / "tests" / "golden" / "shortcut_block_l1.npz"
    altered(source, tmp_path / "shortcut_block_l1.npz", **{"param/cr3.weight": np.zeros(1, np.float32)})
    assert golden.main([str(tmp_path)]) == 1
    assert "unknown keys: cr3.weight" in capsys.readouterr().out


def test_a_folder_without_files_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        golden.main([str(tmp_path)])
    assert stop.value.code != 0 and "holds no .npz" in capsys.readouterr().err
