"""Runs of test.py, read from their metrics.json, and the figures that tables and charts take from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.evaluation.metrics import METRICS, describe_figures
from util.report.record import REQUIRED, SHORTCUT, TEACHER, Figure

FILE = "metrics.json"


@dataclass(frozen=True)
class Run:
    """A finished run: the path of its metrics.json, and the content."""

    path: Path
    record: Mapping


def read_run(path: Path) -> Run:
    """The run in a results folder, or of a metrics.json. Runs of older versions get the labels of today's metrics.

    Raises:
        FileNotFoundError: there is none; the message names the finished runs below the folder.
        ValueError: the file is not what test.py writes, or so old that it lacks needed keys.
    """
    file = path if path.suffix == ".json" else path / FILE
    if not file.is_file():
        near = sorted(str(other.parent) for other in path.glob(f"**/{FILE}")) if path.is_dir() else []
        expected = "expected a folder that test.py finished, results/<name>/test_<epoch>, or its metrics.json"
        raise FileNotFoundError(f"no {file}; {expected}" + (f"; below it are: {', '.join(near)}" if near else ""))
    try:
        record = json.loads(file.read_text())
    except ValueError as error:  # no JSON, or no text
        raise ValueError(f"{file} is not a metrics.json of test.py: {error}") from error
    if lacking := _lacking(record):
        raise ValueError(
            f"{file} is not a metrics.json of test.py, or an old one: it lacks {', '.join(lacking)}; run the test again"
        )
    return Run(file, {"figures": describe_figures(METRICS), **record})


def _lacking(record: object) -> list[str]:
    """Dotted names of the keys that tables need and the record lacks."""
    if not isinstance(record, dict):
        return list(REQUIRED)
    lacking = [key for key in REQUIRED if not isinstance(record.get(key), dict)]
    return lacking + [
        f"{key}.{k}" for key in REQUIRED if key not in lacking for k in REQUIRED[key] if k not in record[key]
    ]


def main_value(figure: Figure, values: Mapping) -> float | None:
    """The value that methods are compared by, over the first of `figure.frames`; None if it was not measured."""
    return values.get(figure.frames[0])


def cost_of(record: Mapping, method: str) -> dict[str, float | None]:
    """{"macs", "ms": mean per frame, "saving": the teacher's MACs / these MACs}; None for what was not recorded."""
    known = record["cost"].get("methods", {}).get(method, {})
    teacher, saving = record["cost"]["macs"]["teacher"], record["cost"]["saving"]
    if method == TEACHER:
        known = {"macs": teacher, "saving": 1.0, **known}
    elif method == SHORTCUT and saving["amortised"]:
        known = {"macs": teacher / saving["amortised"], "saving": saving["amortised"], **known}
    return {key: known.get(key) for key in ("macs", "saving", "ms")}
