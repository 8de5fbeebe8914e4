"""Runs of test.py side by side: figures, the options that differ, quality against cost.

    python scripts/compare_runs.py RUN RUN... [--out FOLDER]

RUN is a results folder or its metrics.json.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.tables.charts import write_charts  # noqa: E402
from scripts.tables.records import Run, cost_of, main_value, read_run  # noqa: E402
from scripts.tables.text import number, write_csv, write_text  # noqa: E402
from util.files import prepare_folder  # noqa: E402
from util.report.record import SHORTCUT, figures_of, figures_shown, method_name, refresh_of  # noqa: E402
from util.runtime import finish  # noqa: E402
from util.tables import markdown  # noqa: E402

Rows = dict[tuple[str, str], object]  # (section, label) -> value of one run


def compare(paths: Sequence[Path], folder: Path) -> int:
    """Print the comparison and write compare.md, compare.csv and the charts into `folder`."""
    runs = [read_run(path) for path in paths]
    if len({run.path.resolve() for run in runs}) < max(2, len(runs)):
        raise ValueError(f"a comparison needs at least two different runs, got {', '.join(map(str, paths))}")
    names = labels(runs)
    refresh = refresh_of(*(run.record for run in runs))
    table = side_by_side(runs, partial(figures, refresh=refresh))
    differing = side_by_side(runs, circumstances, only_differing=True)
    text = f"{as_markdown(names, table)}\n\nwhat differs:\n\n{as_markdown(names, differing)}"
    prepare_folder(folder)
    write_text(folder / "compare.md", f"# {' / '.join(names)}\n\n{text}\n")
    write_csv(folder / "compare.csv", ["section", "figure", *names], [*table, *differing])
    print(f"{text}\n")
    for line in write_charts(folder, dict(zip(names, runs, strict=True))):
        print(line)
    print(f"table: {folder / 'compare.md'}, {folder / 'compare.csv'}")
    return 0


def labels(runs: Sequence[Run]) -> list[str]:
    """The shortest names that differ for all runs: name of the run, or with phase and epoch, or the whole path."""
    folders = [run.path.resolve().parent for run in runs]
    ways = (lambda f: f.parent.name, lambda f: f"{f.parent.name}/{f.name}", str)
    return next(names for way in ways if len(set(names := [way(f) for f in folders])) == len(runs))


def side_by_side(runs: Sequence[Run], of: Callable[[Mapping], Rows], only_differing: bool = False) -> list[list]:
    """One row per entry that any run has: section, label, and the value of every run or None."""
    columns = [of(run.record) for run in runs]
    rows = [[*key, *(column.get(key) for column in columns)] for key in merged(columns)]
    return [row for row in rows if not only_differing or any(value != row[2] for value in row[3:])]


def merged(orders: Iterable[Iterable]) -> list:
    """All keys once. A key that only a later run has comes after the key that it follows there."""
    keys = []
    for order in orders:
        place = 0
        for key in order:
            if key not in keys:
                keys.insert(place, key)
            place = keys.index(key) + 1
    return keys


def figures(record: Mapping, refresh: str | None) -> Rows:
    """Quality, then cost. The evaluated Shortcut has all values of a metric, other methods have the main one.

    Args:
        refresh: how the evaluated Shortcut refreshes; None if the runs differ, then its name does not say.
    """
    rows, costs, shown = {}, {}, figures_shown(record)
    for method, values in figures_of(record).items():
        name, cost = method_name(method, refresh), cost_of(record, method)
        for metric, own in values.items():
            cells = parts(own) if method == SHORTCUT else {"": main_value(shown[metric], own)}
            rows |= {(name, f"{metric} {part}".strip()): value for part, value in cells.items()}
        costs[("cost", f"GMACs per frame, {name}")] = cost["macs"] and cost["macs"] / 1e9
        costs[("cost", f"saving, {name}")] = cost["saving"]
        costs[("cost", f"ms per frame, {name}")] = cost["ms"]
    rows |= costs | _frames(record) | _verdict(record)
    return {key: value for key, value in rows.items() if value is not None}


def _verdict(record: Mapping) -> Rows:
    """The figures of the verdict, without the times of whole videos behind them."""
    figures = record.get("verdict") or {}
    return {("verdict", key.replace("_", " ")): value for key, value in figures.items() if key != "streams"}


def _frames(record: Mapping) -> Rows:
    """Cost of a teacher, reference and skipped frame, and their numbers."""
    cost = record["cost"]
    rows = {("one frame", f"GMACs, {part}"): macs / 1e9 for part, macs in cost["macs"].items() if macs}
    rows[("one frame", "saving, skipped")] = cost["saving"]["skipped"]
    rows |= {("one frame", f"parameters, {kind}"): count for kind, count in cost["params"].items()}
    rows |= {("one frame", f"median ms, {kind}"): times["median"] for kind, times in record["latency_ms"].items()}
    return rows | {("frames", kind): count for kind, count in record["frames"].items()}


def parts(values: Mapping) -> dict[str, float | None]:
    """A metric's values without nesting: "skipped", "all", "distance 1", a condition's name, ..."""
    flat = {}
    for key, value in values.items():
        inner = isinstance(value, Mapping)
        flat |= {f"{key.removeprefix('per_')} {k}": v for k, v in value.items()} if inner else {key: value}
    return flat


def circumstances(record: Mapping) -> Rows:
    """Options, checkpoint fingerprints and machine."""
    sections = ("options", "checkpoints", "machine")
    return {(section, name): value for section in sections for name, value in record.get(section, {}).items()}


def as_markdown(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = [[*row[:2], *map(number, row[2:])] for row in rows]
    return markdown(["section", "figure", *names], cells, texts=2) if rows else "nothing"


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="compare_runs.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", type=Path, help="a results folder, or its metrics.json")
    parser.add_argument(
        "--out", type=Path, default=Path("results/compare"), help="where tables and charts go (default %(default)s)"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    given = parse(sys.argv[1:])
    finish("compare_runs.py", lambda: compare(given.runs, given.out))
