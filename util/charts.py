"""A line chart as an SVG picture: one string without scripts or fonts, legible on light and on dark pages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 440  # px
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 40, 52  # px between the picture's edges and the plotted area and keys
KEY_PX, LETTER_PX, ROW_PX = 50, 7, 20  # a key's width without its name, that of a letter at most, height of a row
LABEL_ROOM = 14  # px from one labelled point to the next
DASHES = ("none", "7 4", "2 3")  # of lines that would have the colour of another one
COLOURS = ("#3b82f6", "#e8710a", "#16a34a", "#a855f7", "#dc2626")  # mid-tones, told apart on white and on black
STYLE = """svg { color: #24292f; font: 12px system-ui, sans-serif } .grid { stroke: currentColor; opacity: 0.15 }
@media (prefers-color-scheme: dark) { svg { color: #c9d1d9 } }"""


@dataclass(frozen=True)
class Line:
    """Points (x, y) joined in the order given; `labels`, none or one per point, stand beside them if there is room."""

    name: str
    points: Sequence[tuple[float, float]]
    labels: Sequence[str] = ()


def line_chart(lines: Sequence[Line], title: str, x_label: str, y_label: str) -> str:
    """The chart as SVG text; names and labels may hold any characters.

    Raises:
        ValueError: no point to draw, one that is not finite, or labels that do not match.
    """
    _check(lines)
    keys = _rows_of_keys(lines)
    top = TOP + ROW_PX * len(keys)
    x_ticks, y_ticks = (ticks([point[axis] for line in lines for point in line.points]) for axis in (0, 1))
    x_of = _scale(x_ticks, LEFT, WIDTH - RIGHT)
    y_of = _scale(y_ticks, HEIGHT - BOTTOM, top)  # pixel rows grow downwards
    parts = [_text(WIDTH / 2, 20, title, "middle", 'font-weight="bold"')]
    for x in x_ticks:
        parts += [_grid(x_of(x), x_of(x), top, HEIGHT - BOTTOM), _text(x_of(x), HEIGHT - BOTTOM + 18, f"{x:g}")]
    for y in y_ticks:
        parts += [_grid(LEFT, WIDTH - RIGHT, y_of(y), y_of(y)), _text(LEFT - 8, y_of(y) + 4, f"{y:g}", "end")]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_label))
    middle = (top + HEIGHT - BOTTOM) / 2
    parts.append(_text(16, middle, y_label, "middle", f'transform="rotate(-90 16 {middle:.1f})"'))
    for number, line in enumerate(lines):
        pixels = [(x_of(x), y_of(y)) for x, y in line.points]
        parts += _curve(line, pixels, *appearance(number))
    for row, numbers in enumerate(keys):
        parts += _keys([(lines[number].name, *appearance(number)) for number in numbers], TOP + ROW_PX * row)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _check(lines: Sequence[Line]) -> None:
    if not any(line.points for line in lines):
        raise ValueError("a chart needs at least one point, got none")
    for line in lines:
        if bad := [point for point in line.points if not all(map(math.isfinite, point))]:
            raise ValueError(f"line {line.name!r} has points that are not finite: {bad}")
        if line.labels and len(line.labels) != len(line.points):
            raise ValueError(f"line {line.name!r} has {len(line.points)} points and {len(line.labels)} labels")


def appearance(number: int) -> tuple[str, str]:
    """(colour, SVG dash pattern) of a chart's line, counted from 0; the first fifteen can be told apart."""
    again, number = divmod(number, len(COLOURS))
    return COLOURS[number], DASHES[again % len(DASHES)]


def ticks(values: Sequence[float]) -> list[float]:
    """Round numbers, 1, 2 or 5 times a power of ten apart, of which the first and last enclose all values."""
    low, high = min(values), max(values)
    span = (high - low) or abs(high) or 1.0
    rough = span / 6
    if all(float(value).is_integer() for value in values):
        rough = max(rough, 1.0)  # between whole numbers there is nothing
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(k * step, 12) for k in range(first, max(last, first + 1) + 1)]


def _scale(ticks: Sequence[float], start: float, end: float):
    """value -> pixel, the first tick at `start` and the last at `end`."""
    return lambda value: start + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (end - start)


def _curve(line: Line, pixels: Sequence[tuple[float, float]], colour: str, dash: str) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in pixels]
    curve = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
    return [curve, *dots, *_labels(line.labels, pixels)]


def _labels(labels: Sequence[str], pixels: Sequence[tuple[float, float]]) -> list[str]:
    """Each to the lower right of its point, but for those that would lie over the one before."""
    parts, last = [], (-math.inf, -math.inf)
    for label, (x, y) in zip(labels, pixels, strict=False):
        if math.dist(last, (x, y)) >= LABEL_ROOM:
            parts.append(_text(x + 7, y + 13, label, "start"))
            last = x, y
    return parts


def _rows_of_keys(lines: Sequence[Line]) -> list[list[int]]:
    """Numbers of the lines whose keys stand side by side over the plotted area, as many as fit."""
    rows, room = [], 0.0
    for number, line in enumerate(lines):
        needed = KEY_PX + LETTER_PX * len(line.name)
        if needed > room:
            rows.append([])
            room = WIDTH - LEFT - RIGHT
        rows[-1].append(number)
        room -= needed
    return rows


def _keys(looks: Sequence[tuple[str, str, str]], y: float) -> list[str]:
    """Names, colours and dash patterns of lines, from left to right."""
    parts, x = [], LEFT
    for name, colour, dash in looks:
        sample = f'x1="{x}" x2="{x + 24}" y1="{y}" y2="{y}" stroke="{colour}" stroke-dasharray="{dash}"'
        parts += [f'<line {sample} stroke-width="3"/>', _text(x + 30, y + 4, name, "start")]
        x += KEY_PX + LETTER_PX * len(name)
    return parts


def _grid(x1: float, x2: float, y1: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor" {more}>{escape(text)}</text>'
