"""Tables as Markdown that can be read in a terminal, and as CSV."""

import csv
from collections.abc import Sequence
from pathlib import Path

from util.files import replacing


def number(value: object, digits: int = 4) -> str:
    """A figure with so many significant digits, thousands in full; "-" for none, anything else as its text."""
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    whole = isinstance(value, int) or abs(value) >= 10 ** (digits - 1)
    return f"{value:.0f}" if whole else f"{value:#.{digits}g}"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1, notes: bool = False) -> str:
    """The table with its columns aligned: figures to the right, texts to the left.

    Args:
        texts: how many of the first columns are texts.
        notes: whether the last one is too; it is not padded, so that one long note does not widen every row.
    """
    columns = [[_cell(text) for text in column] for column in zip(heads, *rows, strict=True)]
    aligned = [_aligned(column, left=k < texts) for k, column in enumerate(columns)]
    if notes:
        aligned[-1] = [columns[-1][0], "---", *columns[-1][1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in zip(*aligned, strict=True))


def write_csv(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """The table, written whole or not at all; what is None is an empty field."""
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([heads, *rows])


def write_text(path: Path, text: str) -> None:
    """The file, written whole or not at all."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _cell(text: str) -> str:
    """One line, in which a bar does not end the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _aligned(column: Sequence[str], left: bool) -> list[str]:
    """The cells of one width, and Markdown's rule under the first."""
    width = max(3, *map(len, column))
    head, *cells = [cell.ljust(width) if left else cell.rjust(width) for cell in column]
    return [head, "-" * width if left else "-" * (width - 1) + ":", *cells]
