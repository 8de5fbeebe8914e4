"""Save and load tensors and plain values. Files are written whole or not at all; reading runs no code.

Weights go into a network by one strict loader, whose errors are short enough to read.
"""

import argparse
import hashlib
import pickle
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from util import __version__
from util.files import replacing
from util.tensors import not_finite

SUFFIXES = {".pth", ".pt"}
Network = TypeVar("Network", bound=nn.Module)


def save(path: Path, state: dict) -> None:
    """Write `state` to `path` through a partial file, so a killed or failed run leaves the old file intact.

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

    An argparse.Namespace on the top level, where many trainings keep their flags, is left out.

    Raises:
        FileNotFoundError: no such file; the message lists the checkpoints beside it.
        ValueError: the file is damaged, is no dictionary, or holds numbers that are not finite, or objects, whose types
            the message names; nothing in it is executed.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no checkpoint {path}; {_beside(path)}")
    with path.open("rb") as file:
        try:
            with torch.serialization.safe_globals(HARMLESS):
                state = torch.load(file, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            raise ValueError(_refusal(path, error)) from error
        except Exception as error:  # the reader has no exception of its own for other bytes
            raise ValueError(f"{path} is damaged (cut short?) or no checkpoint") from error
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds a {type(state).__name__}, a checkpoint is a dictionary")
    if bad := not_finite(state):
        raise ValueError(f"{path} is of no use: NaN or infinite numbers in {grouped(bad)}")
    return {key: value for key, value in state.items() if not isinstance(value, argparse.Namespace)}


# Types that a checkpoint may hold besides tensors and plain values: to restore one runs no code of the file.
# NumPy 1 has its numbers under another name.
HARMLESS = [
    argparse.Namespace,
    np.dtype,
    *{type(np.dtype(code)) for code in np.typecodes["All"] if code != "O"},
    np.float64(0).__reduce__()[0],
    (np.float64(0).__reduce__()[0], "numpy.core.multiarray.scalar"),
]


def _refusal(path: Path, error: pickle.UnpicklingError) -> str:
    """Name the types in the file that are not allowed, and how its owner can take the tensors out."""
    found = _refused_types(path) or re.findall(r"GLOBAL (\S+) was not", str(error))
    types = ", ".join(found) or "something"
    kept = path.with_name(f"{path.stem}_tensors{path.suffix}")
    return (
        f"refused {path}: holds something other than tensors and plain values ({types}); nothing in it was executed. "
        "If you trust its source, keep its tensors alone (of a whole network: state.state_dict()) in a new file:\n"
        f"python -c \"import torch; state = torch.load({str(path)!r}, map_location='cpu', weights_only=False)\n"
        f'torch.save({{k: v for k, v in state.items() if isinstance(v, (dict, torch.Tensor))}}, {str(kept)!r})"'
    )


def _refused_types(path: Path) -> list[str]:
    """The types that were not allowed, by name; none where the file has the format of torch before 1.6."""
    try:
        with torch.serialization.safe_globals(HARMLESS):
            return sorted(torch.serialization.get_unsafe_globals_in_checkpoint(path))
    except Exception:  # it reads files of the newer format only
        return []


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


def load_weights(module: Network, weights: Mapping[str, Tensor], what: str) -> Network:
    """`module` with these weights: exactly its keys and its shapes.

    The module computes in float32, whatever the weights are stored in. A module on the meta device takes the tensors of
    `weights` themselves where they are float32 already. Any other module copies them.

    Args:
        what: names the network in the error, as in "a BiSeNet of 19 face parts".

    Raises:
        ValueError: keys or shapes differ. The message counts the differences by kind.
    """
    check_weights(weights, module.state_dict(), what)
    on_meta = any(tensor.is_meta for tensor in module.state_dict().values())
    if on_meta:
        weights = {key: value.float() if value.is_floating_point() else value for key, value in weights.items()}
    module.load_state_dict(weights, strict=True, assign=on_meta)
    return module


def check_weights(weights: Mapping[str, Tensor], expected: Mapping[str, Tensor], what: str) -> None:
    """Refuses weights whose keys or shapes are not those of `expected`.

    Raises:
        ValueError: see `load_weights`.
    """
    if not isinstance(weights, Mapping):
        raise ValueError(f"the weights of {what} are no dictionary but a {type(weights).__name__}")
    weights = {str(key): value for key, value in weights.items()}
    differences = {
        "no tensors": [key for key, value in weights.items() if not isinstance(value, Tensor)],
        "missing": [key for key in expected if key not in weights],
        "unexpected": [key for key in weights if key not in expected],
        "of another shape": [
            f"{key} {list(weights[key].shape)} instead of {list(value.shape)}"
            for key, value in expected.items()
            if isinstance(weights.get(key), Tensor) and weights[key].shape != value.shape
        ],
    }
    problems = [f"{len(keys)} {kind}: {grouped(keys)}" for kind, keys in differences.items() if keys]
    if problems:
        raise ValueError(f"the weights do not fit {what}: {'; '.join(problems)}")


def grouped(keys: Iterable[str], limit: int = 5) -> str:
    """The keys in one line, `limit` groups at most: `convs.0.weight (x 32), ...`.

    Keys that differ only in layer numbers or in their last names are one group, which one of them stands for.
    """
    groups: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    for key in keys:
        group = re.sub(r"\.\d+", ".*", key.split(" ")[0].rpartition(".")[0])
        groups.setdefault(group, key)
        sizes[group] += 1
    names = [f"{example} (x {sizes[group]})" if sizes[group] > 1 else example for group, example in groups.items()]
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more kinds" if len(names) > limit else "")
