"""frames.csv: one row per evaluated frame."""

import csv
from collections.abc import Sequence
from pathlib import Path

from models.evaluation.evaluate import FrameResult


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
