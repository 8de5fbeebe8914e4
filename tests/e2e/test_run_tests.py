"""The script that runs the suite installs a browser only on request, and the test tools where they are missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTEST = "-m pytest -n auto --maxprocesses 4 --dist loadfile"
INSTALL = ["update -qq", "install -y -qq --no-install-recommends chromium"]


def run(
    folder, *arguments, user=0, programs=("apt-get",), script="scripts/run_tests.sh", python="", status=0, **environment
):
    """(output, calls of apt-get) on a machine that has nothing but `programs`, for a user of this number.

    Its python prints its arguments and runs the shell commands `python` before that.
    """
    tools = folder / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "echo", "mktemp", "rm"):
        (tools / name).symlink_to(shutil.which(name))
    calls = folder / "calls"
    calls.touch()
    scripts = {"id": f"echo {user}", **{name: f'echo "$@" >> {calls}' for name in programs}}
    scripts["python"] = f'if [ "$1" = -c ]; then echo {tools}; exit; fi\n{python}\necho "$@"'
    scripts["shellcheck"] = 'echo shellcheck "$@"'
    for name, text in scripts.items():
        (tools / name).write_text(f"#!{shutil.which('bash')}\n{text}\n")
        (tools / name).chmod(0o755)
    environment |= {"PATH": str(tools), "PYTHON": str(tools / "python")}
    command = [shutil.which("bash"), ROOT / script, *arguments]
    done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == status, done.stdout
    return done.stdout, calls.read_text().splitlines()


def test_nothing_is_installed_unasked(tmp_path):
    output, calls = run(tmp_path, "-k", "chart")
    assert calls == [] and output.splitlines()[-1] == f"{PYTEST} -k chart"


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
    assert calls == INSTALL and f"{PYTEST} -k chart" in output.splitlines()


def test_one_that_is_there_is_taken(tmp_path):
    assert run(tmp_path, "--with-browser", programs=("apt-get", "chromium"))[1] == []


@pytest.mark.parametrize("machine", [{"user": 1000}, {"programs": ()}], ids=str)
def test_where_it_cannot_be_installed_the_tests_run_without(tmp_path, machine):
    output, calls = run(tmp_path, "--with-browser", **machine)
    assert calls == [] and "not tested in a browser" in output and output.splitlines()[-1] == PYTEST


def test_lint_types_and_shell_scripts_are_checked_before_the_tests(tmp_path):
    lines = run(tmp_path, "-k", "nothing")[0].splitlines()
    python = tmp_path / "bin" / "python"
    assert [line for line in lines if line.startswith(("-m ", f"{ROOT}/scripts/requirements_met.py"))] == [
        f"{ROOT}/scripts/requirements_met.py {ROOT}/requirements-dev.txt",
        "-m ruff check .",
        "-m ruff format --check .",
        f"-m basedpyright --pythonpath {python}",  # else it reads the packages of another environment
        f"{PYTEST} -k nothing",
    ]
    [checked] = [line for line in lines if line.startswith("shellcheck ")]
    assert {".ci/run", "scripts/setup.sh", "scripts/vtoonify/test.sh"} <= set(checked.split())


def test_ci_runs_what_the_documentation_shows_after_the_tests(tmp_path):
    lines = run(tmp_path, "-k", "nothing", script=".ci/run")[0].splitlines()
    after = lines[lines.index(f"{PYTEST} -k nothing") :]
    assert f"{ROOT}/scripts/requirements_met.py {ROOT}/requirements-onnx.txt" in after
    assert [line.split()[1] for line in after if line.startswith("-m mkdocs")] == ["mkdocs"]
    assert {"scripts/check_notebook.py", "scripts/check_tutorial.py"} <= set(after)
    exported = [line.split()[-1] for line in after if line.startswith("scripts/export_onnx.py")]
    assert exported == ["demo_v2c", "demo_v2l", "demo_l2v", "demo_vtoonify"]


def test_where_the_tests_fail_ci_ends_there(tmp_path):
    output, _ = run(tmp_path, script=".ci/run", python='case "$*" in *pytest*) exit 4 ;; esac', status=4)
    assert "check_notebook" not in output


def test_missing_test_tools_are_installed(tmp_path):
    lacking = 'case "$*" in *requirements_met.py*requirements-dev.txt) exit 3 ;; esac'
    output, _ = run(tmp_path, python=lacking)
    assert f"-m pip install --quiet --disable-pip-version-check -r {ROOT}/requirements-dev.txt" in output
    assert output.splitlines()[-1] == PYTEST


def test_where_the_tools_cannot_be_installed_the_command_is_told(tmp_path):
    no_pip = 'case "$*" in *requirements-dev.txt) exit 1 ;; esac'
    output, _ = run(tmp_path, python=no_pip, status=1)
    assert "cannot install what this script needs" in output and "-m pytest" not in output
