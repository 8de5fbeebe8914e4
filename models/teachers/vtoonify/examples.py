"""Reads exstyle_code.npy, VToonify's published example styles: a pickled dictionary of arrays inside a NumPy file.

The file comes from strangers: nothing in it is executed, and none can crash the reader (`array_pickle`).
"""

import re
import struct
from pathlib import Path

import numpy as np

from models.teachers.vtoonify import array_pickle

HEADER = re.compile(rb"\{'descr': '\|O', 'fortran_order': (True|False), 'shape': \(\), \}\s*")
MAX_BYTES = 256 << 20


def read_examples(path: Path) -> dict[str, np.ndarray]:
    """exstyle_code.npy: name -> style in Z+, float32 [18, width]. The number of a style is its place in this order.

    Raises:
        FileNotFoundError: no such file.
        ValueError: another kind of file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no file of example styles {path}; VToonify publishes exstyle_code.npy")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES >> 20} MiB")
        examples = array_pickle.read(_without_header(path.read_bytes()))
        if not isinstance(examples, dict):
            raise ValueError(f"expected one dictionary, got {type(examples).__name__}")
        return {name: _style(style) for name, style in examples.items()}
    except (ValueError, IndexError, struct.error) as error:
        raise ValueError(f"{path} is not a file of example styles such as exstyle_code.npy: {error}") from error


def _style(style: object) -> np.ndarray:
    rows = style.value if isinstance(style, array_pickle.Array) else style
    if not isinstance(rows, np.ndarray) or rows.ndim != 3 or len(rows) != 1:
        got = list(rows.shape) if isinstance(rows, np.ndarray) else type(rows).__name__
        raise ValueError(f"a style is [1, 18, width], got {got}")
    if not np.isfinite(rows).all():
        raise ValueError("a style holds NaN or an infinite number")
    return rows[0].astype(np.float32)


def _without_header(data: bytes) -> bytes:
    if data[:6] != b"\x93NUMPY":
        raise ValueError("no NumPy file")
    size, begin = (struct.unpack("<H", data[8:10])[0], 10) if data[6] == 1 else (struct.unpack("<I", data[8:12])[0], 12)
    header = data[begin : begin + size]
    if not HEADER.fullmatch(header):
        raise ValueError(f"expected one dictionary, got {header[:80].decode('latin1').strip()}")
    return data[begin + size :]
