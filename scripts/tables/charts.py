"""Charts of several runs: quality against cost, and quality per distance to the reference."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

from scripts.tables.records import Run, cost_of
from scripts.tables.text import write_text
from util.charts import Line, line_chart
from util.report.record import SHORTCUT, figures_of, figures_shown, in_order, method_name, refresh_of

PARTS = ("pooled", "skipped", "all")  # the first that all runs have; pooled is fair whatever the references


def write_charts(folder: Path, runs: Mapping[str, Run]) -> list[str]:
    """Write quality_cost.svg and per_distance.svg, if the runs share a metric; return one line of text about each.

    Args:
        runs: name -> run.
    """
    cost, distance = folder / "quality_cost.svg", folder / "per_distance.svg"
    return [_write(cost, _against_cost(runs)), _write(distance, _per_distance(runs))]


def _write(path: Path, chart: str | None) -> str:
    if chart is None:
        path.unlink(missing_ok=True)  # a chart of other runs must not stay beside this comparison
        return f"no {path.name}: the runs have no metric in common that it could show"
    write_text(path, chart)
    return f"chart: {path}"


def _against_cost(runs: Mapping[str, Run]) -> str | None:
    """One line per method through its runs, from low to high cost."""
    for metric, part in product(_shared(runs), PARTS):
        if all(_figure(run, SHORTCUT, metric, part) is not None for run in runs.values()):
            lines = [_method_line(runs, method, metric, part) for method in _methods(runs)]
            drawn = [line for line in lines if line.points]
            label = _label(runs, metric)
            return line_chart(drawn, f"{label}, {part}, against cost", "GMACs per frame, mean", label)
    return None


def _method_line(runs: Mapping[str, Run], method: str, metric: str, part: str) -> Line:
    costs = {name: cost_of(run.record, method)["macs"] for name, run in runs.items()}
    values = {name: _figure(run, method, metric, part) for name, run in runs.items()}
    known = sorted((costs[n] / 1e9, values[n], n) for n in runs if None not in (costs[n], values[n]))
    name = method_name(method, refresh_of(*(run.record for run in runs.values())))
    return Line(name, [(x, y) for x, y, _ in known], [name for _, _, name in known])


def _per_distance(runs: Mapping[str, Run]) -> str | None:
    """One line per run."""
    for metric in _shared(runs):
        values = {name: run.record["quality"][metric].get("per_distance") or {} for name, run in runs.items()}
        points = {name: [(int(d), v) for d, v in own.items() if v is not None] for name, own in values.items()}
        lines = [Line(name, own) for name, own in points.items() if own]
        if lines:
            label = _label(runs, metric)
            return line_chart(lines, f"{label} of the Shortcut per distance", "frames since the reference", label)
    return None


def _shared(runs: Mapping[str, Run]) -> list[str]:
    """The metrics that the Shortcut has in every run."""
    first, *others = (run.record["quality"] for run in runs.values())
    return [metric for metric in first if all(metric in other for other in others)]


def _methods(runs: Mapping[str, Run]) -> list[str]:
    records = [run.record for run in runs.values()]
    return in_order(dict.fromkeys(m for record in records for m in figures_of(record)), refresh_of(*records))


def _label(runs: Mapping[str, Run], metric: str) -> str:
    return figures_shown(next(iter(runs.values())).record)[metric].label


def _figure(run: Run, method: str, metric: str, part: str) -> float | None:
    return figures_of(run.record).get(method, {}).get(metric, {}).get(part)
