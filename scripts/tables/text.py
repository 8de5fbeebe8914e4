"""Figures as text, and the files of tables and charts."""

import csv
from collections.abc import Sequence
from pathlib import Path

from util.files import replacing


def number(value: object, digits: int = 4) -> str:
    """A figure with `digits` significant digits, from 1000 on in full; "-" for None; anything else as its text."""
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    whole = isinstance(value, int) or abs(value) >= 10 ** (digits - 1)
    return f"{value:.0f}" if whole else f"{value:#.{digits}g}"


def write_csv(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write the table, whole or not at all; None becomes an empty field."""
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([heads, *rows])


def write_text(path: Path, text: str) -> None:
    """Write the file, whole or not at all."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")
