"""The page's tables: cost beside quality of every method, and figures of parts of the frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from util.report.record import TEACHER, Figure, figures_of, figures_shown, method_name, refresh_of

NOT_PARTS = ("skipped", "pooled", "all", "per_distance")  # keys of a figure; any other key names a part of the frames
COSTS = {  # key of a method's cost -> head of its column, which direction is better, how a value is written
    "macs": ("G MACs", "↓", lambda macs: f"{macs / 1e9:.3f}"),
    "saving": ("saving", "↑", lambda times: f"{times:.2f}×"),
    "ms": ("ms", "↓", lambda ms: f"{ms:.1f}"),
}


@dataclass(frozen=True)
class Cell:
    """best: True if no other method has a better value; the teacher, which is the standard, does not compete."""

    text: str
    best: bool = False


@dataclass(frozen=True)
class Grid:
    """A table with one row per method. heads: (text, how many columns it spans); subheads: one per column."""

    title: str
    heads: list[tuple[str, int]]
    subheads: list[str]
    rows: list[tuple[str, list[Cell]]]

    @property
    def labels(self) -> list[str]:
        """The whole name of each column, for screens on which the heads do not stand above their columns."""
        heads = [text for text, columns in self.heads for _ in range(columns)]
        return [f"{head} {subhead}".strip() for head, subhead in zip(heads, self.subheads, strict=True)]


@dataclass(frozen=True)
class Column:
    """values: of the methods that have one; better: as in `Figure`."""

    head: str
    subhead: str
    better: str
    text: Callable[[float], str]
    values: Mapping[str, float]


def summary(record: Mapping) -> Grid:
    """Cost beside quality, over the frames that `Figure.frames` names."""
    costs, figures, shown = record["cost"].get("methods", {}), figures_of(record), figures_shown(record)
    columns = [
        Column(f"{head} {better}", "", better, text, {m: cost[key] for m, cost in costs.items()})
        for key, (head, better, text) in COSTS.items()
        if costs
    ]
    columns += [_column(figures, name, key, one) for name, one in shown.items() for key in one.frames]
    return _grid("", [m for m in figures if figures[m] or m in costs], columns, refresh_of(record))


def of_parts(record: Mapping) -> list[Grid]:
    """One table for every figure that has values of parts of the frames, such as the weather: all, then the parts."""
    figures, grids = figures_of(record), []
    for name, one in figures_shown(record).items():
        keys = {key: None for own in figures.values() for key in own.get(name, {})}
        if parts := [key for key in keys if key not in NOT_PARTS]:
            columns = [_column(figures, name, key, one) for key in ("all", *parts)]
            methods = [method for method, own in figures.items() if name in own]
            grids.append(_grid(one.head, methods, columns, refresh_of(record)))
    return grids


def _column(figures: Mapping[str, Mapping], name: str, key: str, shown: Figure) -> Column:
    found = {method: own.get(name, {}).get(key) for method, own in figures.items()}
    values = {method: value for method, value in found.items() if value is not None}
    return Column(shown.head, key, shown.better, shown.text, values)


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
    """The best value as text, so that values that look equal are marked alike; None if fewer than two compete."""
    competing = [value for method, value in column.values.items() if method != TEACHER]
    if len(competing) < 2 or not column.better:
        return None
    return column.text(max(competing) if column.better == "↑" else min(competing))


def _cell(column: Column, method: str, best: str | None) -> Cell:
    if method not in column.values:
        return Cell("–")
    text = column.text(column.values[method])
    return Cell(text, best=method != TEACHER and text == best)
