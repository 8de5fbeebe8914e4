"""Reads the documentation: its commands, its paths, and the changes to the code that docs/extending.md asks for."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PLACE = re.compile(r"# (?P<file>\S+), (?:(?P<end>at the end)|(?P<how>below|in place of): (?P<line>.+))")


def code_blocks(text: str, language: str) -> list[str]:
    """The contents of all fenced code blocks of this language."""
    return [content for kind, content in FENCE.findall(text) if kind == language]


def section(text: str, heading: str) -> str:
    """What stands below the heading "## ..." up to the next one of that level."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def copied_repository(folder: Path) -> Path:
    """`folder`, with a copy of all sources that the programs need."""
    for package in ("data", "models", "options", "util"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for program in ("train.py", "test.py"):
        shutil.copy(ROOT / program, folder)
    return folder


def apply_changes(text: str, root: Path) -> None:
    """Make the changes that the Python blocks of `text` describe, in the files below `root`.

    The first line of a block says where: "# FILE, at the end", "# FILE, below: LINE" or "# FILE, in place of: LINE". A
    LINE is given without its indentation and must occur once. A file that does not exist is made.

    Raises:
        ValueError: a block without such a line, or a LINE that does not occur exactly once; the message names it.
    """
    for block in code_blocks(text, "python"):
        first, _, code = block.partition("\n")
        place = PLACE.fullmatch(first)
        if place is None:
            raise ValueError(f"the first line of a code block must say where it belongs, got {first!r}")
        path = root / place["file"]
        if place["end"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{path.read_text()}\n\n{code}" if path.exists() else code)
        else:
            path.write_text(_changed(path.read_text(), place, code))


def _changed(source: str, place: re.Match, code: str) -> str:
    lines = source.splitlines(keepends=True)
    found = [number for number, line in enumerate(lines) if line.strip() == place["line"].strip()]
    if len(found) != 1:
        raise ValueError(f"{place['file']} must hold the line {place['line']!r} once, but holds it {len(found)} times")
    first = found[0] + (place["how"] == "below")
    return "".join([*lines[:first], code, *lines[found[0] + 1 :]])
