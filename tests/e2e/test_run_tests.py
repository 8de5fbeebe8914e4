"""The script that runs the suite installs a browser only where it was asked to and may."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ["update -qq", "install -y -qq --no-install-recommends chromium"]


def run(folder, *arguments, user=0, programs=("apt-get",), script="scripts/run_tests.sh", **environment):
    """(output, calls of apt-get) on a machine that has nothing but `programs`, for a user of this number."""
    tools = folder / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "echo"):
        (tools / name).symlink_to(shutil.which(name))
    calls = folder / "calls"
    calls.touch()
    scripts = {"id": f"echo {user}", **{name: f'echo "$@" >> {calls}' for name in programs}}
    for name, text in scripts.items():
        (tools / name).write_text(f"#!{shutil.which('bash')}\n{text}\n")
        (tools / name).chmod(0o755)
    environment |= {"PATH": str(tools), "PYTHON": "echo"}
    command = [shutil.which("bash"), ROOT / script, *arguments]
    done = subprocess.run(
        command, env=environment, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout, calls.read_text().splitlines()


def test_nothing_is_installed_unasked(tmp_path):
    output, calls = run(tmp_path, "-k", "chart")
    assert calls == [] and output.splitlines()[-1] == "-m pytest -k chart"


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--with-browser", "-k", "chart"], {}),
        (["-k", "chart"], {"CI": "true"}),
        (["-k", "chart"], {"script": ".ci/run"}),
    ],
    ids=str,
)
def test_a_missing_browser_is_installed_when_asked_for(tmp_path, arguments, environment):
    output, calls = run(tmp_path, *arguments, **environment)
    assert calls == INSTALL and output.splitlines()[-1] == "-m pytest -k chart"


def test_one_that_is_there_is_taken(tmp_path):
    assert run(tmp_path, "--with-browser", programs=("apt-get", "chromium"))[1] == []


@pytest.mark.parametrize("machine", [{"user": 1000}, {"programs": ()}], ids=str)
def test_where_it_cannot_be_installed_the_tests_run_without(tmp_path, machine):
    output, calls = run(tmp_path, "--with-browser", **machine)
    assert calls == [] and "not tested in a browser" in output and output.splitlines()[-1] == "-m pytest"
