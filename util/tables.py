"""Tables of text: for the terminal, and as Markdown."""

import re
from collections.abc import Sequence

import tabulate

tabulate.MIN_PADDING = 0  # a head needs no more room than its text: the terminal's tables fit into 120 characters

Cells = Sequence[Sequence[str]]


def plain(heads: Sequence[str], rows: Cells) -> str:
    """The table for a terminal: the first column to the left, the others to the right, a rule below the heads.

    Args:
        heads: a head may have several lines.
    """
    align = _alignment(len(heads), 1) if rows else None
    return tabulate.tabulate(rows, heads, "simple", disable_numparse=True, colalign=align)


def markdown(heads: Sequence[str], rows: Cells, texts: int = 1, notes: bool = False) -> str:
    """The table as Markdown that can be read in a terminal too. A line break in a cell becomes a space.

    Args:
        texts: how many of the first columns hold text, which stands to the left; figures stand to the right.
        notes: whether the last column holds text too. It is not padded, so that one long note widens no other row.
    """
    align = _alignment(len(heads), texts)
    if notes:
        align[-1] = "left"
    cells = [[_cell(text) for text in row] for row in (heads, *rows)]
    table = tabulate.tabulate(cells[1:], cells[0], "pipe", disable_numparse=True, colalign=align if rows else None)
    return _without_padding(table) if notes else table


def _without_padding(table: str) -> str:
    """The Markdown `table` with a last column that is as short as its text."""
    return re.sub(r"(?m)-+\|$", "---|", re.sub(r"(?m) +\|$", " |", table))


def _alignment(columns: int, texts: int) -> list[str]:
    return ["left"] * texts + ["right"] * (columns - texts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
