"""What test.py wrote about a run, read back, and the figures that tables and charts take from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from util.report.methods import SHORTCUT, TEACHER, in_order, refresh_of
from util.report.record import REQUIRED

FILE = "metrics.json"
ON_SKIPPED = ("psnr", "ssim", "lpips")  # distances to the teacher's picture: reference frames would only dilute them


@dataclass(frozen=True)
class Run:
    """A finished run: its metrics.json and what stands in it."""

    path: Path
    record: Mapping


def read_run(path: Path) -> Run:
    """The run in a results folder, or of the metrics.json named.

    Raises:
        FileNotFoundError: there is none; the message names the finished runs near it.
        ValueError: the file is not what test.py writes, or from before it wrote all that is needed.
    """
    file = path if path.suffix == ".json" else path / FILE
    if not file.is_file():
        near = sorted(str(found.parent) for found in path.glob(f"**/{FILE}")) if path.is_dir() else []
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
    return Run(file, record)


def _lacking(record: object) -> list[str]:
    """Dotted names of what tables need and the record has not."""
    if not isinstance(record, dict):
        return list(REQUIRED)
    lacking = [key for key in REQUIRED if not isinstance(record.get(key), dict)]
    return lacking + [
        f"{key}.{k}" for key in REQUIRED if key not in lacking for k in REQUIRED[key] if k not in record[key]
    ]


def methods(record: Mapping) -> dict[str, Mapping]:
    """method -> metric -> figures, in the order of rows; the teacher's may be none."""
    found = {TEACHER: record.get("teacher", {}), SHORTCUT: record["quality"], **record["baselines"]}
    return {method: found[method] for method in in_order(found, refresh_of(record))}


def main_figure(metric: str, figures: Mapping) -> float | None:
    """The figure that methods are compared by, of skipped frames or of all; None if that was not measured."""
    return figures.get("skipped" if metric in ON_SKIPPED else "all")


def cost_of(record: Mapping, method: str) -> dict[str, float | None]:
    """{"macs", "ms": mean per frame, "saving": times less than the teacher}; None what was not recorded."""
    known = record["cost"].get("methods", {}).get(method, {})
    teacher, saving = record["cost"]["macs"]["teacher"], record["cost"]["saving"]
    if method == TEACHER:
        known = {"macs": teacher, "saving": 1.0, **known}
    elif method == SHORTCUT and saving["amortised"]:
        known = {"macs": teacher / saving["amortised"], "saving": saving["amortised"], **known}
    return {key: known.get(key) for key in ("macs", "saving", "ms")}
