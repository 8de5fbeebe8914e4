"""Save and load tensors and plain values. Files are written whole or not at all; reading runs no code."""

import hashlib
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from util import __version__
from util.files import replacing

SUFFIXES = {".pth", ".pt"}


def save(path: Path, state: dict) -> None:
    """Write `state` to `path` through "<name>.partial", so a killed or failed run leaves the old file intact.

    Raises:
        OSError: it could not be written (disk full, ...); the message says that the old file is intact.
    """
    with replacing(path) as partial, partial.open("wb") as file:
        try:
            torch.save(state, file)
        except RuntimeError as error:
            raise _cause(error) from error


def _cause(error: RuntimeError) -> Exception:
    """The OSError behind `error`: after a failed write torch fails to close its archive, and reports only that."""
    hidden: BaseException | None = error
    while hidden is not None and not isinstance(hidden, OSError):
        hidden = hidden.__context__
    return hidden or error


def load(path: Path) -> dict:
    """Read what `save` wrote, onto the CPU. It reads published checkpoints, which are bare state dicts, too.

    Raises:
        FileNotFoundError: no such file; the message lists the checkpoints beside it.
        ValueError: the file is damaged, is no dictionary, or holds objects; nothing in it is executed.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint {path}; {_beside(path)}")
    with path.open("rb") as file:
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            raise ValueError(
                f"refused {path}: holds something other than tensors and plain values; nothing in it was executed"
            ) from error
        except Exception as error:  # the reader has no exception of its own for other bytes
            raise ValueError(f"{path} is damaged (cut short?) or no checkpoint") from error
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__}, a checkpoint is a dictionary")
    return state


def check_format(state: Mapping[str, object], newest: int, what: str) -> None:
    """Refuse a checkpoint whose format is newer than `newest`.

    Args:
        state: its entry "format" is a number, 1 where it is absent; "version" is the version that wrote it.
        what: what the checkpoint is of, for the message.

    Raises:
        ValueError: the format is newer.
    """
    found = state.get("format", 1)
    if not isinstance(found, int) or found > newest:
        raise ValueError(
            f"the {what} has format {found}, written by version {state.get('version', '(unknown)')}, and this version, "
            f"{__version__}, reads up to format {newest}: update this program"
        )


def _beside(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    names = sorted(p.name for p in path.parent.iterdir() if p.suffix in SUFFIXES)
    return f"{path.parent} has {', '.join(names) or 'no checkpoint'}"


def fingerprint(state: Mapping[str, Tensor]) -> str:
    """16 hexadecimal digits that change with any key, dtype, shape or value, not with order or device."""
    digest = hashlib.sha256()
    for key in sorted(state):
        value = state[key].detach().cpu().contiguous()
        digest.update(f"{key} {value.dtype} {list(value.shape)};".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]
