"""Files that are written whole or not at all, folders that one process uses at a time, strict JSON, names."""

import contextlib
import errno
import hashlib
import json
import math
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = ".lock"
PARTIAL = re.compile(r"\.[0-9a-f]{16}\.partial")
NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP)  # the file system has no locks: the work goes on without one


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A context manager: write to the file that it yields; it becomes `path` if the block ends without an error.

    `path` is never half-written: on any exception the partial file is removed, and an older `path` stays as it was.

    Raises:
        OSError: the disk is full, the folder is gone, ...; the message says whether the old file is intact.
    """
    partial = None
    try:
        partial = new_partial(path)
        yield partial
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        old = "the old file is intact" if path.exists() else "no file was left behind"
        raise OSError(error.errno, f"cannot write {path} ({error.strerror or error}); {old}") from error
    finally:
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)


def new_partial(path: Path) -> Path:
    """A new, empty file in the folder of `path`, to be renamed to `path` when it is complete.

    Nobody can foresee its name, and it is never an existing file or link: where others may write into the folder, they
    cannot make us overwrite a file of ours.
    """
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")  # short also where `path` has the longest name allowed
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY, 0o666))
    return partial


def remove_partials(folder: Path) -> None:
    """Remove the unfinished files that killed processes left in `folder`, to which no other process writes."""
    for path in folder.glob(".*.partial"):
        if PARTIAL.fullmatch(path.name):
            path.unlink(missing_ok=True)


def lock_folder(folder: Path, busy: str) -> FileLock:
    """Keep other processes out of `folder` until the lock is released, or until it or this process is gone.

    filelock closes the lock in forked children. Processes that read data outlive a killed run for some seconds, and
    must not keep the folder locked.

    Raises:
        BlockingIOError: another process has it; the message is `busy`.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise BlockingIOError(busy) from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    return lock


def prepare_folder(path: Path) -> Path:
    """Make the folder `path` if it is missing, check that it can be written to, and return it.

    Raises:
        OSError: it cannot be made or written to; the message names the folder.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(b"writable")
    except OSError as error:
        raise OSError(
            error.errno, f"cannot write into folder {path} ({error.strerror or error}); name a folder you may write to"
        ) from error
    return path


def to_json(value: object, indent: int | None = None) -> str:
    """`value` as strict JSON: a number that is not finite becomes null, an object that JSON does not know its text.

    Text is as `as_text` has it.
    """
    return json.dumps(_plain(value), indent=indent, allow_nan=False, default=str)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {as_text(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return as_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


LONGEST_NAME = 255  # bytes that file systems allow a name


def fitting_name(stem: str, ending: str = "") -> str:
    """`stem` + `ending`; where that exceeds 255 bytes, the beginning of `stem`, eight letters of its hash, `ending`."""
    name = stem + ending
    if len(os.fsencode(name)) <= LONGEST_NAME:
        return name
    mark = f"~{hashlib.sha256(os.fsencode(stem)).hexdigest()[:8]}{ending}"
    kept = os.fsencode(stem)[: LONGEST_NAME - len(os.fsencode(mark))]
    return kept.decode("utf-8", "ignore") + mark


def as_text(name: str) -> str:
    """`name` as text that every file can hold: a byte that is no UTF-8 becomes \\udcXX, as in Python and JSON."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def from_text(text: str) -> str:
    """The name of which `as_text` made `text`."""
    return re.sub(r"\\udc([89a-f][0-9a-f])", lambda byte: chr(0xDC00 + int(byte[1], 16)), text)
