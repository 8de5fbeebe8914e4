"""The page's tables: what methods cost beside what they show, and figures of parts of the frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from util.report.labels import label
from util.report.methods import SHORTCUT, TEACHER, in_order, method_name, refresh_of

WHOLE = ("skipped", "pooled", "all", "per_distance")  # kinds of a figure that are of all clips; others are of parts
COSTS = {  # key of a method's cost -> what stands above it, which way is better, how it is written
    "macs": ("G MACs", "↓", lambda macs: f"{macs / 1e9:.3f}"),
    "saving": ("saving", "↑", lambda times: f"{times:.2f}×"),
    "ms": ("ms", "↓", lambda ms: f"{ms:.1f}"),
}


@dataclass(frozen=True)
class Cell:
    """best: whether no other method but the teacher, which all are measured against, has a better one."""

    text: str
    best: bool = False


@dataclass(frozen=True)
class Grid:
    """Methods in rows. heads: (text, over how many columns); subheads: one per column."""

    title: str
    heads: list[tuple[str, int]]
    subheads: list[str]
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True)
class Column:
    """values: of the methods that have one; better: "↑", "↓" or "", as in `util.report.labels`."""

    head: str
    subhead: str
    better: str
    shown: Callable[[float], str]
    values: Mapping[str, float]


def figures_of(record: Mapping) -> dict[str, Mapping]:
    """method -> name -> figures, in rows' order, of all methods of a run that was compared with its teacher."""
    found = {TEACHER: record.get("teacher", {}), SHORTCUT: record["quality"], **record["baselines"]}
    return {method: found[method] for method in in_order(found, refresh_of(record))}


def summary(record: Mapping) -> Grid:
    """Cost beside quality, of which the kinds are shown that tell most (see `Label.kinds`)."""
    costs, figures = record["cost"].get("methods", {}), figures_of(record)
    columns = [
        Column(f"{head} {better}", "", better, shown, {m: cost[key] for m, cost in costs.items()})
        for key, (head, better, shown) in COSTS.items()
        if costs
    ]
    columns += [_column(figures, name, kind) for name in _names(figures) for kind in label(name).kinds]
    return _grid("", [m for m in figures if figures[m] or m in costs], columns, refresh_of(record))


def of_parts(record: Mapping) -> list[Grid]:
    """One table for every figure that is known of parts of the frames, such as the weather: all, then the parts."""
    figures, grids = figures_of(record), []
    for name in _names(figures):
        kinds = {kind: None for own in figures.values() for kind in own.get(name, {})}
        if parts := [kind for kind in kinds if kind not in WHOLE]:
            columns = [_column(figures, name, kind) for kind in ("all", *parts)]
            methods = [method for method, own in figures.items() if name in own]
            grids.append(_grid(_head(name), methods, columns, refresh_of(record)))
    return grids


def _names(figures: Mapping[str, Mapping]) -> list[str]:
    """As the Shortcut has them; then what others have besides."""
    return list(dict.fromkeys(name for own in (figures[SHORTCUT], *figures.values()) for name in own))


def _head(name: str) -> str:
    return f"{label(name).text} {label(name).better}".strip()


def _column(figures: Mapping[str, Mapping], name: str, kind: str) -> Column:
    found = {method: own.get(name, {}).get(kind) for method, own in figures.items()}
    values = {method: value for method, value in found.items() if value is not None}
    return Column(_head(name), kind, label(name).better, label(name).shown, values)


def _grid(title: str, methods: Sequence[str], columns: Sequence[Column], refresh: str | None) -> Grid:
    heads: list[tuple[str, int]] = []
    for column in columns:
        again = heads and heads[-1][0] == column.head
        heads = [*heads[:-1], (column.head, heads[-1][1] + 1)] if again else [*heads, (column.head, 1)]
    best = [_best(column) for column in columns]
    cells = {m: [_cell(column, m, top) for column, top in zip(columns, best, strict=True)] for m in methods}
    rows = [(method_name(method, refresh), row) for method, row in cells.items()]
    return Grid(title, heads, [c.subhead for c in columns], rows)


def _best(column: Column) -> str | None:
    """The best value as it is written, so that what looks equal is marked alike; None without a contest."""
    compared = [value for method, value in column.values.items() if method != TEACHER]
    if len(compared) < 2 or not column.better:
        return None
    return column.shown(max(compared) if column.better == "↑" else min(compared))


def _cell(column: Column, method: str, best: str | None) -> Cell:
    if method not in column.values:
        return Cell("–")
    text = column.shown(column.values[method])
    return Cell(text, best=method != TEACHER and text == best)
