"""Files that are written whole or not at all, folders that are checked before work starts, strict JSON."""

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A context manager: write to "<name>.partial" beside `path`; it becomes `path` if the block ends without an error.

    `path` is never half-written: on any exception the partial file is removed, and an older `path` stays as it was.

    Raises:
        OSError: the disk is full, the folder is gone, ...; the message says whether the old file is intact.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        old = "the old file is intact" if path.exists() else "no file was left behind"
        raise OSError(error.errno, f"cannot write {path} ({error.strerror or error}); {old}") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


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
    """`value` as strict JSON: a number that is not finite becomes null, an object that JSON does not know its text."""
    return json.dumps(_plain(value), indent=indent, allow_nan=False, default=str)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
