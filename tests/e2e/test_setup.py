"""setup.sh on machines that have everything, something or nothing; pip runs for real on a package made here."""

import os
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def machine(tmp_path):
    """A copy of the scripts, a PATH with a bare python3, and a shelf of packages in place of a network."""
    for folder in ("scripts", "bin", "shelf"):
        (tmp_path / folder).mkdir()
    for source in ("setup.sh", "requirements_met.py", "environment.py"):
        (tmp_path / "scripts" / source).write_text((ROOT / "scripts" / source).read_text())
    program(tmp_path / "bin" / "python3", f'exec "{sys.executable}" -S "$@"')
    require(tmp_path, "tinything>=1.2")
    stock_packaging(tmp_path)
    return tmp_path


def program(path, line):
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def require(machine, *lines):
    (machine / "requirements.txt").write_text("# what is needed\n" + "\n".join(["packaging", *lines]) + "\n")


def stock(machine, version):
    """Put a wheel of tinything on the shelf."""
    info = f"tinything-{version}.dist-info"
    with zipfile.ZipFile(machine / "shelf" / f"tinything-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tinything.py", f"version = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tinything\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def stock_packaging(machine):
    """Put the installed `packaging`, which the check of the requirements needs, on the shelf as a wheel."""
    found = metadata.distribution("packaging")
    with zipfile.ZipFile(machine / "shelf" / f"packaging-{found.version}-py3-none-any.whl", "w") as wheel:
        for path in found.files:
            if path.suffix != ".pyc" and path.name not in ("INSTALLER", "REQUESTED"):
                wheel.write(found.locate_file(path), path.as_posix())


def command(machine, **env):
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(machine / "shelf"), "PIP_CONFIG_FILE": os.devnull}
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHON", "PYTHONPATH", "VIRTUAL_ENV")}
    path = f"{machine / 'bin'}:{tools(machine)}"
    return dict(args=["bash", machine / "scripts" / "setup.sh"], env={**kept, **offline, "PATH": path, **env}, cwd="/")


def tools(machine):
    """A folder with the few programs that setup.sh itself calls, and no other python."""
    folder = machine / "tools"
    if not folder.exists():
        folder.mkdir()
        for tool in ("bash", "sh", "dirname"):
            (folder / tool).symlink_to(subprocess.check_output(["sh", "-c", f"command -v {tool}"], text=True).strip())
    return folder


def setup(machine, **env):
    return subprocess.run(**command(machine, **env), capture_output=True, text=True)


def installed(machine):
    venv = machine / ".venv" / "bin" / "python"
    return subprocess.check_output([venv, "-c", "import tinything; print(tinything.version)"], text=True).strip()


def test_an_interpreter_that_has_everything_is_used_as_it_is(machine):
    program(machine / "bin" / "python3", f'exec "{sys.executable}" "$@"')
    require(machine, "pytest>=1.0", "pyyaml<99")
    ran = setup(machine)
    assert ran.returncode == 0 and ran.stdout == "set-up: ready, python3\n" and not (machine / ".venv").exists()


def test_an_environment_is_made_once_and_upgraded_when_the_requirements_change(machine):
    stock(machine, "1.10")
    first = setup(machine)
    assert first.returncode == 0 and "installing" in first.stderr and installed(machine) == "1.10"
    again = setup(machine)
    assert again.returncode == 0 and again.stderr == "" and str(machine / ".venv") in again.stdout
    stock(machine, "2.0")
    require(machine, "tinything>=2")
    assert setup(machine).returncode == 0 and installed(machine) == "2.0"


def test_when_pip_fails_it_is_told_and_the_next_call_tries_again(machine):
    failed = setup(machine)
    assert failed.returncode == 1 and "pip failed" in failed.stderr and failed.stdout == ""
    stock(machine, "1.2")
    assert setup(machine).returncode == 0 and installed(machine) == "1.2"


def test_an_environment_left_by_a_killed_call_is_made_anew(machine):
    stock(machine, "1.2")
    assert setup(machine).returncode == 0
    (machine / ".venv.unfinished").touch()  # killed while pip was at work: the package looks whole and is not
    next((machine / ".venv").rglob("tinything.py")).unlink()
    assert setup(machine).returncode == 0 and installed(machine) == "1.2"
    assert not (machine / ".venv.unfinished").exists()


def test_two_calls_at_once_make_one_environment(machine):
    stock(machine, "1.2")
    calls = [subprocess.Popen(**command(machine), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [call.communicate()[1] for call in calls]
    assert [call.returncode for call in calls] == [0, 0] and installed(machine) == "1.2"
    assert sum("installing" in text for text in told) == 1


def test_a_given_interpreter_that_lacks_something_is_refused_with_the_way_out(machine):
    ran = setup(machine, PYTHON="bin/python3")
    assert ran.returncode == 1 and not (machine / ".venv").exists()
    ran = setup(machine, PYTHON=str(machine / "bin" / "python3"))
    assert ran.returncode == 1 and "-m pip install -r" in ran.stderr


def test_a_package_that_is_too_old_is_named_with_its_version(machine):
    program(machine / "bin" / "python3", f'exec "{sys.executable}" "$@"')
    require(machine, "pytest>=999")
    ran = setup(machine, PYTHON="python3")
    assert "pytest>=999 (has " in ran.stderr


def test_a_machine_without_python_is_told_what_it_needs(machine):
    program(machine / "bin" / "python3", "exit 1")
    ran = setup(machine)
    assert ran.returncode == 1 and "no python3 of version 3.10 or newer" in ran.stderr


def test_a_python_without_venv_and_pip_is_told_what_it_needs(machine):
    # packages that are not there, as where the system splits them off
    hide = "import importlib.util as u; f = u.find_spec; u.find_spec = lambda n, *a: None if n in {!r} else f(n, *a)"
    environment = machine / "scripts" / "environment.py"
    environment.write_text(hide.format(("ensurepip", "pip")) + "\n" + environment.read_text())
    ran = setup(machine)
    assert ran.returncode == 1 and "apt install python3-venv" in ran.stderr
