"""The ablation as Markdown: one table for each task, the mean of the seeds in each row."""

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from options.record import TASKS
from scripts.ablation.rows import GROUPS, WHOLE, Row
from util import tables

HEADS = ["", "cut", "h_dim", "MACs", "α=3: 1", "2", "mean", "SSIM", "1-12: 1", "6", "12", "mean", "seeds"]
BASELINES = {"reuse": "reuse", "flow_warp": "flow warp"}
NOTE = (
    "PSNR in dB of skipped frames against the teacher's own picture: with a reference every third frame (α = 3, "
    "by distance 1 and 2), and every thirteenth (distances 1-12). SSIM at α = 3. MACs of a skipped frame, nothing "
    "of its reference kept. Means over the seeds; in brackets the largest minus the smallest. All rows of a seed "
    "are trained on the same pairs. Each of the first rows adds one idea to the row above it; a row further down "
    "is the full-size block with one thing changed, or the cut named. With fewer hidden channels than features no "
    "block without a gate can start as an identity: it starts from random weights."
)
Cell = Callable[[Mapping], float]


def markdown(record: Mapping) -> str:
    """The whole page: settings, and the rows that are finished."""
    settings = "; ".join(f"{name} {value}" for name, value in record["settings"].items())
    parts = ["# Ablation", f"Made by `bash scripts/ablation.sh`. {settings}.", NOTE]
    for task, title in TASKS.items():
        if found := [one for one in record["rows"] if one["task"] == task]:
            parts.append(f"## {title}\n\n{_table(found)}")
    return "\n\n".join(parts) + "\n"


def _table(found: Sequence[Mapping]) -> str:
    lines = [_line([label, "", ""], name, found) for name, label in BASELINES.items()]
    for group, rows in GROUPS.items():
        shown = [_line(_described(row), row.name, found) for row in rows]
        if any(shown) and WHOLE not in rows:
            lines.append([f"*{group}*", *[""] * (len(HEADS) - 1)])
        lines += shown
    return tables.markdown(HEADS, [line for line in lines if line])


def _described(row: Row) -> list[str]:
    start, end = row.recipe.cut
    return [row.label, f"{start}..{end}", str(row.recipe.h_dim)]


def _line(first: list[str], name: str, found: Sequence[Mapping]) -> list[str] | None:
    """The row's cells; None if it is not finished for any seed."""
    runs = [one for one in found if one["row"] == name]
    if not runs:
        return None
    macs = runs[0].get("macs")
    near, far = (lambda run: run["figures"]["near"]), (lambda run: run["figures"]["far"])
    return [
        *first,
        f"{macs / 1e9:.3f} G" if macs else "",
        _mean(runs, lambda run: near(run)["per_distance"].get("1")),
        _mean(runs, lambda run: near(run)["per_distance"].get("2")),
        _mean(runs, lambda run: near(run)["psnr"], spread=True),
        _mean(runs, lambda run: near(run)["ssim"], digits=4),
        *(_mean(runs, lambda run, d=d: far(run)["per_distance"].get(d)) for d in ("1", "6", "12")),
        _mean(runs, lambda run: far(run)["psnr"], spread=True),
        str(len(runs)) if runs[0]["seed"] is not None else "",
    ]


def _mean(runs: Sequence[Mapping], cell: Cell, digits: int = 2, spread: bool = False) -> str:
    values = [cell(run) for run in runs]
    if None in values:  # clips too short for this distance
        return "-"
    shown = f"{fmean(values):.{digits}f}"
    return f"{shown} ({max(values) - min(values):.2f})" if spread and len(values) > 1 else shown
