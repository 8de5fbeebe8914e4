"""Data sets that are drawn rather than downloaded: made once, whole or not at all, on all cores."""

import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm


def ensure_made(root: Path, stamp: dict, stamp_name: str, make: Callable[[Path], None]) -> Path:
    """`root`, which holds the data set of this stamp afterwards; made only if it is missing or of another stamp.

    Args:
        root: folder of the data set; it appears whole or not at all.
        stamp: plain values that tell versions apart, kept in the file `stamp_name`.
        make: fills a folder that does not exist yet.

    Raises:
        ValueError: `root` holds something else; nothing is touched then.
    """
    root = Path(root)
    if _holds(root / stamp_name, stamp):
        return root
    if root.exists() and not (root / stamp_name).is_file() and (not root.is_dir() or any(root.iterdir())):
        raise ValueError(f"{root} exists and holds no {stamp_name}, so it is not ours; choose an empty or new folder")
    partial = root.with_name(f"{root.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        make(partial)
        (partial / stamp_name).write_text(json.dumps(stamp, indent=2) + "\n")
        if not _holds(root / stamp_name, stamp):  # another process may have been faster
            shutil.rmtree(root, ignore_errors=True)
            partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
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
            pool.shutdown(cancel_futures=True)
            raise


def _holds(path: Path, stamp: dict) -> bool:
    return path.is_file() and json.loads(path.read_text()) == stamp
