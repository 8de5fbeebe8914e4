"""Files that are written whole or not at all, folders that are checked before work starts, strict JSON, names."""

import contextlib
import hashlib
import json
import math
import os
import re
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
