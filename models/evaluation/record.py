"""What a run records: a row per frame in frames.csv, and the figures of metrics.json."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from models.evaluation import cost
from models.evaluation.evaluate import FrameResult
from models.evaluation.scores import Scores
from util.files import as_text
from util.report.record import SHORTCUT, SHORTCUTS, TEACHER


class FrameTable:
    """frames.csv, one row per evaluated frame, written at once so that a long clip costs no memory. A context manager.

    Columns: clip, frame, distance, reference (1: the Shortcut renewed its reference on this frame), ms, then
    "<method>_<figure>" for each (method, name of the figure) of `figures`.
    """

    def __init__(self, path: Path, figures: Sequence[tuple[str, str]]):
        self._figures = figures
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file)
        names = [f"{method}_{name}" for method, name in figures]
        self._writer.writerow(["clip", "frame", "distance", "reference", "ms", *names])

    def add(self, clip: str, result: FrameResult) -> None:
        """Write one row. A figure that the frame does not have is an empty field."""
        values = [result.scores.get(method, {}).get(name) for method, name in self._figures]
        figures = ["" if value is None else f"{value:.6g}" for value in values]
        frame = [as_text(clip), result.index, result.distance, int(result.is_reference), f"{result.ms:.3f}"]
        self._writer.writerow([*frame, *figures])
        self._file.flush()  # a run that is stopped keeps its rows

    def __enter__(self) -> "FrameTable":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def join_tables(tables: Sequence[Path], clips: Sequence[str], path: Path) -> None:
    """Join the tables of processes that took turns with `clips` into one, in the order of the clips; remove them."""
    with ExitStack() as stack:
        readers = [csv.reader(stack.enter_context(table.open(newline=""))) for table in tables]
        writer = csv.writer(stack.enter_context(path.open("w", newline="")))
        writer.writerow([next(reader) for reader in readers][0])
        of_clips = [groupby(reader, itemgetter(0)) for reader in readers]
        coming = [next(groups, ("", [])) for groups in of_clips]
        for number, name in enumerate(clips):
            turn = number % len(tables)
            if coming[turn][0] == name:  # a clip may have no row
                writer.writerows(coming[turn][1])
                coming[turn] = next(of_clips[turn], ("", []))
    for table in tables:
        table.unlink()


def run_figures(
    scores: Scores,
    costs: Mapping[str, Mapping],
    latency_ms: Mapping[str, Mapping[str, float]],
    interval: int | None,
    runtime: Mapping[str, object],
) -> dict[str, dict]:
    """Return the parts of metrics.json that follow from all frames: quality, cost, frames and runtime.

    Args:
        costs: as `measure_cost` returns them.
        latency_ms: "teacher", "reference" and "skipped" -> {"median", "p95"}.
        interval: frames from one reference frame to the next; None: savings are those of the frames that were run.
        runtime: how the networks were run; the interval joins it.
    """
    macs, frames = costs["macs"], scores.frames()
    mean_interval = interval or frames["total"] / frames["reference"]
    saving = cost.saving(macs["teacher"], macs["skipped"], macs["reference"], mean_interval)
    quality = {method: scores.figures(method) for method in scores.methods}
    return {
        "quality": quality.pop(SHORTCUT),
        "teacher": quality.pop(TEACHER, {}),
        "baselines": quality,
        "cost": {**costs, "saving": saving, "methods": method_cost(scores, macs, latency_ms)},
        "frames": frames,
        "runtime": {**runtime, "interval": mean_interval},
    }


def method_cost(
    scores: Scores, macs: Mapping[str, float], latency_ms: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Return method -> {"macs", "saving", "ms"}: means per frame. A saving compares with the teacher on every frame.

    A Shortcut runs reference and skipped frames as often as it did here. A baseline runs the whole teacher where the
    Shortcut renews its reference, and no network in between. Times of networks are the medians of `latency_ms`, which
    were taken in turn. Times of a baseline's skipped frames were taken on the frames.

    Args:
        macs: of one "teacher", "reference" and "skipped" frame.
    """
    ms = {kind: times["median"] for kind, times in latency_ms.items()}
    costs = {}
    for method in scores.methods:
        share = _reference_share(scores, method)
        reference, skipped = ("reference", "skipped") if method in SHORTCUTS else ("teacher", None)
        ms_skipped = ms[skipped] if skipped else scores.skipped_ms(method)
        mean_macs = share * macs[reference] + (1 - share) * (macs[skipped] if skipped else 0)
        mean_ms = share * ms[reference] + (1 - share) * ms_skipped
        costs[method] = {"macs": mean_macs, "saving": macs["teacher"] / mean_macs, "ms": mean_ms}
    return costs


def _reference_share(scores: Scores, method: str) -> float:
    """The share of frames on which the method runs the whole teacher."""
    if method == TEACHER:
        return 1.0
    frames = scores.frames(method)
    return frames["reference"] / frames["total"]
