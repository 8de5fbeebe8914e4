"""The library of the C loops in `models/ops/c`. The machine's own compiler makes it once; then it is loaded."""

import ctypes
import hashlib
import os
import platform
import shlex
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path

SOURCES = sorted(Path(__file__).with_name("c").glob("*.[ch]"))
FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")  # NaN stays NaN
THREADS = "-fopenmp"  # left out where the compiler lacks it: the loops then run on one thread


@cache
def library() -> ctypes.CDLL | None:
    """The loaded library, which the first process of a user compiles; None, with one warning, where that fails."""
    try:
        return ctypes.CDLL(str(built()))
    except OSError as error:
        message = f"the C loops of models/ops cannot be used, so that slower ones of torch take their place: {error}"
        warnings.warn(message, stacklevel=2)
        return None


def loops() -> ctypes.CDLL:
    """The same where `library` is known to be there."""
    loaded = library()
    assert loaded is not None
    return loaded


def built() -> Path:
    """The compiled library in the user's cache.

    The cache has one library, or one failure, for each state of sources, compiler and processor.

    Raises:
        OSError: no compiler (`cc`, or the command in CC), one that fails or has failed, or no safe cache.
    """
    if os.name != "posix":
        raise OSError(f"they need a POSIX system, this is {platform.system()}")
    compiler = shlex.split(os.environ.get("CC", "")) or ["cc"]
    version = _output_of([*compiler, "--version"])
    parts = [*compiler, version, *FLAGS, THREADS, _processor(), *(path.read_text() for path in SOURCES)]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    folder = _cache_folder()
    path, failure = folder / f"{key}.so", folder / f"{key}.failed"
    if failure.exists():
        raise OSError(f"{failure.read_text()} ({failure} remembers this: delete it to try again)")
    if not path.exists():
        try:
            _compile(compiler, path)
        except OSError as error:
            _write_whole(failure, str(error).encode())
            raise
    return path


def _compile(compiler: Sequence[str], path: Path) -> None:
    """Compile under another name first, so no process ever loads half a library."""
    sources = [str(source) for source in SOURCES if source.suffix == ".c"]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        try:
            _output_of([*compiler, *FLAGS, THREADS, *sources, "-o", str(made), "-lm"])
        except OSError:
            _output_of([*compiler, *FLAGS, *sources, "-o", str(made), "-lm"])
        made.replace(path)


def _write_whole(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    os.replace(file.name, path)


def _output_of(command: Sequence[str]) -> str:
    """What a command prints. OSError: it cannot be started, does not end, or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120)
    except subprocess.TimeoutExpired as error:
        raise OSError(f"`{command[0]}` has not ended after {error.timeout:.0f} s") from error
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip()[:200])
        raise OSError(f"`{shlex.join(command[:2])} ...` failed with exit status {done.returncode}: {said}")
    return done.stdout


def _processor() -> str:
    """The facts on which `-march=native` depends."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {platform.processor()} {flags}"


def _cache_folder() -> Path:
    """A folder into which only this user can write, because what lies there is executed."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    folder = (Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache") / "shortcut_v2v"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        mode = f"user {status.st_uid}, {stat.filemode(status.st_mode)}"
        raise OSError(
            f"{folder} must be a folder of user {os.getuid()} that no other can enter (mode 0700), got {mode}"
        )
    return folder
