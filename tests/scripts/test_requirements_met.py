"""The check of requirements, by an interpreter that has nothing but `packaging` and the packages a test gives it."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "requirements_met.py"


def check(folder, lines, packaging=True, **installed):
    """(exit status, what it says) of the check of `lines` where packages of these names and versions are installed."""
    site = folder / "site"
    site.mkdir()
    if packaging:
        (site / "packaging").symlink_to(metadata.distribution("packaging").locate_file("packaging"))
    for name, version in installed.items():
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n")
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-S", SCRIPT, folder / "requirements.txt"]
    ran = subprocess.run(command, env={"PYTHONPATH": str(site)}, capture_output=True, text=True)
    return ran.returncode, ran.stderr


def test_what_is_there_in_time_is_enough(tmp_path):
    lines = ["# a comment", "tiny-thing>=1.2,<3  # why", "", "other==2.*"]
    assert check(tmp_path, lines, tiny_thing="2.11.0+cu126", other="2.4") == (0, "")


def test_what_is_missing_or_too_old_is_named(tmp_path):
    status, said = check(tmp_path, ["tiny-thing>=2.9", "other"], tiny_thing="2.10")
    assert status == 1 and "lacks: other (not installed)" in said and "tiny-thing" not in said
    status, said = check(tmp_path / "site", ["tiny-thing>=2.11"], tiny_thing="2.10")
    assert status == 1 and "lacks: tiny-thing>=2.11 (has 2.10)" in said


@pytest.mark.parametrize(("version", "status"), [("4.9.0.80", 0), ("4.8.1", 1)])
def test_opencv_with_windows_does_as_well_as_opencv_without(tmp_path, version, status):
    assert check(tmp_path, ["opencv-python-headless>=4.9"], opencv_python=version)[0] == status


def test_a_requirement_of_other_pythons_does_not_count(tmp_path):
    assert check(tmp_path, ["tiny-thing; python_version < '3'"]) == (0, "")


def test_an_interpreter_without_packaging_is_told_so(tmp_path):
    status, said = check(tmp_path, ["packaging"], packaging=False)
    assert status == 1 and "lacks: packaging (not installed)" in said
