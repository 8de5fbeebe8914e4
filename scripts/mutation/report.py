"""What a mutation run found: a table and a list of survivors, and whether the documentation names each of them."""

from collections.abc import Mapping, Sequence

from util.tables import markdown

BAR = r"\|"  # within a cell of a table
Outcome = Mapping  # {"path", "change", "killed", "by"} of a mutant


def table(outcomes: Sequence[Outcome]) -> str:
    """Mutants and killed ones of each file, and of all."""
    paths = sorted({one["path"] for one in outcomes})
    rows = [_row(f"`{path}`", [one for one in outcomes if one["path"] == path]) for path in paths]
    return markdown(["file", "mutants", "killed", "share"], [*rows, _row("all", outcomes)], 1)


def _row(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    return [name, str(len(outcomes)), str(sum(one["killed"] for one in outcomes)), f"{killed_share(outcomes):.1%}"]


def killed_share(outcomes: Sequence[Outcome]) -> float:
    return sum(one["killed"] for one in outcomes) / len(outcomes)


def survivors(outcomes: Sequence[Outcome]) -> list[str]:
    """The start of a table row for each survivor, as docs/reliability.md has it: its file and what was changed."""
    left = [one for one in outcomes if not one["killed"]]
    return [f"| `{one['path']}` | {one['change'].replace('|', BAR)} |" for one in left]
