"""Draws datasets instead of downloading them: on all cores, once, and completely or not at all."""

import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

PARTS = "parts"  # key of a stamp: the parts that exist; without this key all parts exist


def ensure_made(
    root: Path, stamp: dict, stamp_name: str, parts: Sequence[str], make: Callable[[Path, Sequence[str]], None]
) -> Path:
    """Draw the `parts` of a dataset that `root` lacks, and return `root`.

    Parts that exist with the same stamp are not changed, so other processes may read them meanwhile. A dataset with
    another stamp is replaced. Of two concurrent calls, the second waits for the first.

    Args:
        root: folder of the dataset. Each part appears in it complete or not at all.
        stamp: plain values that identify the version of the dataset; stored in the file `stamp_name`.
        parts: names of the parts that are needed, such as splits.
        make: writes the named parts into an empty folder, each into folders of its own.

    Raises:
        ValueError: `root` holds other files; nothing is changed then.
    """
    root = Path(root)
    if not _missing(root / stamp_name, stamp, parts):
        return root
    if root.exists() and not (root / stamp_name).is_file() and (not root.is_dir() or any(root.iterdir())):
        raise ValueError(
            f"{root} exists and holds no {stamp_name}, so it is not one of our datasets; choose an empty or new folder"
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    with _locked(root), _ended_by_sigterm():
        if missing := _missing(root / stamp_name, stamp, parts):  # another process may have been faster
            _add(root, stamp, stamp_name, missing, make)
    return root


def on_all_cores(work: Callable[..., int], calls: Iterable[tuple], total: int, what: str) -> None:
    """Run `work(*call)` for every call on all cores, with a progress bar named `what`.

    Args:
        work: returns how many of the `total` frames it did.
    """
    spawn = multiprocessing.get_context("spawn")  # a forked child may inherit a lock that one of our threads holds
    with (
        ProcessPoolExecutor(min(os.cpu_count() or 1, 8), mp_context=spawn) as pool,
        tqdm(total=total, desc=what, unit="frame") as bar,
    ):
        try:
            for done in as_completed([pool.submit(work, *call) for call in calls]):
                bar.update(done.result())
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.terminate()  # what they are at is of no use any more
            pool.shutdown(cancel_futures=True)
            raise


def _missing(path: Path, stamp: dict, parts: Sequence[str]) -> list[str]:
    held = _held(path, stamp, parts)
    return [part for part in parts if part not in held]


def _held(path: Path, stamp: dict, parts: Sequence[str]) -> Sequence[str]:
    """The parts that exist according to the stamp file at `path`; none if its stamp is another."""
    found = json.loads(path.read_text()) if path.is_file() else {}
    held = found.pop(PARTS, parts)
    return held if found == stamp else []


def _add(root: Path, stamp: dict, stamp_name: str, missing: Sequence[str], make: Callable) -> None:
    partial = root.with_name(f"{root.name}.{os.getpid()}.partial")
    held = _held(root / stamp_name, stamp, [])
    try:
        partial.mkdir()
        make(partial, missing)
        (partial / stamp_name).write_text(json.dumps({**stamp, PARTS: sorted({*held, *missing})}, indent=2) + "\n")
        if held:
            _move_into(partial, root)
        else:
            shutil.rmtree(root, ignore_errors=True)
            partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _move_into(source: Path, target: Path) -> None:
    """Move the contents of `source` to `target`, folders before files: the stamp comes last."""
    for child in sorted(source.iterdir(), key=Path.is_file):
        there = target / child.name
        if there.is_dir():
            _move_into(child, there)
        else:
            child.replace(there)


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Inside this block SIGTERM raises SystemExit, once, so that workers and partial files are removed first."""

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one would interrupt the cleaning up
        sys.exit(128 + number)

    if threading.current_thread() is not threading.main_thread():  # only the main thread may handle signals
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Only one process at a time is inside this block for the same `root`."""
    lock = FileLock(root.with_name(f".{root.name}.lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        tqdm.write(f"another process is making {root}: waiting for it", file=sys.stderr)
        lock.acquire()
    except OSError:
        pass  # the file system has no locks
    try:
        yield
    finally:
        lock.release()
