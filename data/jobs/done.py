"""An output is written whole or not at all, and a record beside it says what it was made of."""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from data.jobs.outputs import LOCK, PARTIAL, Job
from util.files import replacing, to_json


def request_of(job: Job, settings: Mapping[str, object]) -> dict[str, object]:
    """What a finished output has to be made of: the state of the input's files, and settings as plain values."""
    files = [[file.name, (state := file.stat()).st_size, state.st_mtime_ns] for file in job.input.files]
    return json.loads(to_json({"input": files, **settings}))


def is_done(job: Job, request: Mapping[str, object]) -> bool:
    """Whether the output is there, unchanged, and was made by this request."""
    if not job.input.files or not job.output.exists():
        return False
    try:
        made = json.loads(job.record.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(made, dict) and made == {"output": _state(job.output), **request}


def write_record(job: Job, finished: Path, request: Mapping[str, object]) -> None:
    """Say what the output was made of, just before `finished` takes its name: a kill between the two loses the output
    alone, since the record tells the finished file's size and date."""
    if job.input.files:
        with replacing(job.record) as partial:
            partial.write_text(to_json({"output": _state(finished), **request}, indent=1) + "\n")


def _state(path: Path) -> list[int]:
    """Size and date of a file; number of files and the latest date of a folder's."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    states = [file.stat() for file in files]
    return [len(files), sum(s.st_size for s in states), max((s.st_mtime_ns for s in states), default=0)]


@contextlib.contextmanager
def replacing_output(job: Job, request: Mapping[str, object]):
    """A context manager: write to the path that it gives; it becomes the output if the block ends without an error.

    Raises:
        BlockingIOError: another process is writing this output.
    """
    partial = job.output.with_name(job.output.name + PARTIAL)
    with _alone(job):
        _remove(partial)
        try:
            yield partial
            write_record(job, partial, request)
            if job.output.is_dir():
                _remove(job.output)
            os.replace(partial, job.output)
        finally:
            _remove(partial)


@contextlib.contextmanager
def _alone(job: Job):
    lock = FileLock(job.output.with_name(f".{job.output.name}{LOCK}"), blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise BlockingIOError(f"another process is writing {job.output}") from None
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _remove(path: Path) -> None:
    """Remove a file, or a folder with the files in it, if it is there."""
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    path.unlink(missing_ok=True)
