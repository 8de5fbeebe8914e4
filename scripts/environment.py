"""Make `.venv` from requirements.txt, or repair it, and print the path of its interpreter. Messages go to stderr.

A lock lets only one call work at a time; it is plain fcntl, because no package is installed yet. The file
`.venv.unfinished` exists while the environment changes. If a call finds it, an earlier call was killed, and the
environment is made anew.
"""

import fcntl
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
UNFINISHED = ROOT / ".venv.unfinished"
REQUIREMENTS = ROOT / "requirements.txt"


def say(text: str) -> None:
    print(f"set-up: {text}", file=sys.stderr, flush=True)


class Builder:
    """Runs the commands that change the environment. Each command holds the lock while it runs, even as an orphan."""

    def __init__(self, lock: TextIO):
        self.lock = lock

    def run(self, *command: object) -> bool:
        """Run a command with its output on stderr. Returns whether it succeeded."""
        return subprocess.run(map(str, command), stdout=sys.stderr, pass_fds=[self.lock.fileno()]).returncode == 0

    def make(self) -> bool:
        """Make an empty environment with pip, also where venv comes without pip. Returns whether it worked."""
        if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
            return self.run(sys.executable, "-m", "venv", "--clear", VENV)
        if not (importlib.util.find_spec("venv") and importlib.util.find_spec("pip")):
            return False
        if not self.run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV):
            return False
        site = subprocess.check_output(
            [VENV_PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
        return self.run(sys.executable, "-m", "pip", "install", "--quiet", "--target", site, "pip")

    def install(self) -> bool:
        """Install the requirements. Returns whether it worked."""
        say("installing what requirements.txt lists: PyTorch with CUDA is several GB, this takes some minutes, once")
        return self.run(VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS)


def runs(*arguments: object) -> bool:
    """Whether the environment's interpreter exists and runs with these arguments without an error."""
    try:
        return subprocess.run([VENV_PYTHON, *map(str, arguments)], capture_output=True).returncode == 0
    except OSError:
        return False


def ready() -> bool:
    """Whether the environment is complete and satisfies the requirements."""
    return not UNFINISHED.exists() and runs(Path(__file__).with_name("requirements_met.py"), REQUIREMENTS)


def build(lock: TextIO) -> str | None:
    """Make or update the environment. Returns what went wrong, or None."""
    builder = Builder(lock)
    usable = not UNFINISHED.exists() and runs("-m", "pip", "--version")
    UNFINISHED.touch()
    if not usable:
        say(f"making {VENV} with {sys.executable}")
        if not builder.make():
            return (
                f"{sys.executable} cannot make an environment with pip: install its venv module "
                "(Debian, Ubuntu: apt install python3-venv), or set PYTHON to an interpreter that has requirements.txt"
            )
    installed = builder.install()
    UNFINISHED.unlink()  # pip ended by itself: every installed package is complete, though some may be missing
    if not installed:
        return "pip failed, see above (no network?); the next call tries again"
    return None if ready() else f"{VENV} still does not satisfy {REQUIREMENTS}; delete it and try again"


def main() -> int:
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another set-up that is running")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready() and (problem := build(lock)):
            say(problem)
            return 1
    print(VENV_PYTHON)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("stopped; the next call starts over")
        sys.exit(130)
