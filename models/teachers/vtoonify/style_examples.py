"""The published file of example styles: a pickled dictionary inside a NumPy file, read without running what it says."""

import io
import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np

MODULES = {"numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric", "numpy"}
NAMES = {"_reconstruct", "_frombuffer", "scalar", "ndarray", "dtype"}  # all that arrays need to come back
ENCODE = ("_codecs", "encode")  # of Python 2's text


class _Arrays(pickle.Unpickler):
    """Brings back arrays in plain containers, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        if (module in MODULES and name in NAMES) or (module, name) == ENCODE:
            return super().find_class(module, name)
        raise ValueError(f"it asks for {module}.{name}, which no file of styles needs")


def read_examples(path: Path) -> dict[str, np.ndarray]:
    """exstyle_code.npy: name -> style in Z+, float32 [18, width], in the order that a style's number counts.

    Raises:
        FileNotFoundError: no such file.
        ValueError: another kind of file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no file of example styles {path}; VToonify publishes exstyle_code.npy")
    try:
        found = _unpickled(path.read_bytes())
        return {str(name): _style(style) for name, style in found.items()}
    except (ValueError, pickle.UnpicklingError, EOFError, AttributeError, ImportError) as error:
        raise ValueError(f"{path} is not a file of example styles such as exstyle_code.npy: {error}") from error


def _unpickled(data: bytes) -> Mapping[str, np.ndarray]:
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, kind = reader(file)
    if shape != () or not kind.hasobject:
        raise ValueError(f"expected one dictionary, got {kind} {list(shape)}")
    return _Arrays(file, encoding="latin1").load().item()


def _style(style: np.ndarray) -> np.ndarray:
    rows = np.asarray(style, np.float32)
    if rows.ndim != 3 or len(rows) != 1:
        raise ValueError(f"a style is [1, 18, width], got {list(rows.shape)}")
    return rows[0]
