"""Data sets that are drawn rather than downloaded: made once, whole or not at all, on all cores."""

import contextlib
import fcntl
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

from tqdm import tqdm

PARTS = "parts"  # of a stamp: what is there; a stamp without it is of a whole data set


def ensure_made(
    root: Path, stamp: dict, stamp_name: str, parts: Sequence[str], make: Callable[[Path, Sequence[str]], None]
) -> Path:
    """`root`, which holds these parts of the data set of this stamp afterwards; only what is missing is made.

    What is there of the same stamp stays untouched, so that others may read it meanwhile; another stamp is replaced.
    Of two calls at once, the second waits for the first.

    Args:
        root: folder of the data set; each part appears whole or not at all.
        stamp: plain values that tell versions apart, kept in the file `stamp_name`.
        parts: names of the parts needed, such as splits.
        make: fills an empty folder with the parts named, each in folders of its own.

    Raises:
        ValueError: `root` holds something else; nothing is touched then.
    """
    root = Path(root)
    if not _missing(root / stamp_name, stamp, parts):
        return root
    if root.exists() and not (root / stamp_name).is_file() and (not root.is_dir() or any(root.iterdir())):
        raise ValueError(f"{root} exists and holds no {stamp_name}, so it is not ours; choose an empty or new folder")
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root), _ended_by_sigterm():
        if missing := _missing(root / stamp_name, stamp, parts):  # another process may have been faster
            _add(root, stamp, stamp_name, missing, make)
    return root


def on_all_cores(work: Callable[..., int], calls: Iterable[tuple], total: int, what: str) -> None:
    """`work(*call)` for every call, each returning how much of `total` it did, with a progress bar named `what`."""
    spawn = multiprocessing.get_context("spawn")  # a forked child may inherit a lock that a thread of ours holds
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
    """The parts of the data set of this stamp that the stamp file at `path` tells of."""
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
    """Everything in the folder `source` moves to `target`, folders before files: the stamp comes last."""
    for child in sorted(source.iterdir(), key=Path.is_file):
        there = target / child.name
        if there.is_dir():
            _move_into(child, there)
        else:
            child.replace(there)


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM raises SystemExit in here, once, so that workers and partial files go before the process does."""

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one would cut the cleaning up short
        sys.exit(128 + number)

    if threading.current_thread() is not threading.main_thread():  # only that one may handle signals
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process is in here for this `root` at the same time."""
    with root.with_name(f".{root.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tqdm.write(f"another process is making {root}: waiting for it", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            pass  # a file system without locks
        yield
