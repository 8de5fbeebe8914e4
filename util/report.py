"""What a run leaves behind: metrics.json, one row per frame in frames.csv, and a table for the terminal."""

import contextlib
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from util.evaluation import FrameResult
from util.files import replacing, to_json

REQUIRED = {
    "quality": (),
    "baselines": (),
    "cost": ("macs", "saving", "params"),
    "latency_ms": ("teacher", "reference", "skipped"),
    "frames": ("total", "reference", "skipped"),
    "options": (),
    "machine": (),
}
RESULTS = (  # what a run writes below its folder
    *("metrics.json", "frames.csv", "index.html", "options.yaml"),
    *("*.mp4", "inside/*.mp4", "images/*/*.png"),
)


def remove_results(folder: Path) -> None:
    """Remove what an earlier run wrote into `folder`; other files stay, and folders that hold some."""
    for path in [path for pattern in RESULTS for path in folder.glob(pattern) if path.is_file()]:
        path.unlink()
    for emptied in (folder / "inside", *folder.glob("images/*"), folder / "images"):
        with contextlib.suppress(OSError):  # not there, or not empty
            emptied.rmdir()


def write_run(folder: Path, record: Mapping[str, Mapping]) -> Path:
    """The path of metrics.json, written as strict JSON: what is not finite becomes null.

    Args:
        folder: an existing folder.
        record: at least the keys of REQUIRED; further ones ("peak_memory_mb", "checkpoints", ...) are kept.

    Raises:
        ValueError: keys are missing; the message names all of them.
    """
    missing = [key for key in REQUIRED if key not in record]
    missing += [f"{key}.{k}" for key, inner in REQUIRED.items() for k in inner if k not in record.get(key, inner)]
    if missing:
        raise ValueError(f"a run's record lacks {', '.join(missing)}")
    path = folder / "metrics.json"
    with replacing(path) as partial:
        partial.write_text(to_json(record, indent=2) + "\n")
    return path


class FrameTable:
    """frames.csv, written row by row so that a clip's length costs no memory. Use as a context manager.

    Columns: clip, frame, distance, reference (1: the Shortcut renewed its reference on this frame), ms, then
    "<method>_<figure>" for each of `figures`, (method, name of the figure).
    """

    def __init__(self, path: Path, figures: Sequence[tuple[str, str]]):
        self._figures = figures
        self._file = path.open("w", newline="")
        self._writer = csv.writer(self._file)
        names = [f"{method}_{name}" for method, name in figures]
        self._writer.writerow(["clip", "frame", "distance", "reference", "ms", *names])

    def add(self, clip: str, result: FrameResult) -> None:
        """One row; a figure that this frame has not is an empty field."""
        values = [result.scores.get(method, {}).get(name) for method, name in self._figures]
        figures = ["" if value is None else f"{value:.6g}" for value in values]
        frame = [clip, result.index, result.distance, int(result.reference), f"{result.ms:.3f}"]
        self._writer.writerow([*frame, *figures])
        self._file.flush()  # a run that is stopped keeps its rows

    def __enter__(self) -> "FrameTable":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
