"""A line chart as SVG text, drawn by matplotlib: without scripts, legible on light and on dark pages."""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SIZE_IN, PX_PER_IN = (7.2, 4.4), 100
COLOURS = ("#3b82f6", "#e8710a", "#16a34a", "#a855f7", "#dc2626")  # mid-tones, told apart on white and on black
DASHES = ("none", "7 4", "2 3")  # SVG patterns of lines that would have the colour of another one
INK = "#24292f"  # of texts and axes; becomes the colour of the page's text
INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "grid.color")
STYLE = "svg {color: #24292f} @media (prefers-color-scheme: dark) {svg {color: #c9d1d9}}"
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "fixed",  # the same chart is the same file, byte by byte
    "svg.fonttype": "none",  # texts stay texts
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, which measures texts by it
    "font.size": 9.0,
    "lines.markersize": 5.0,
    "grid.alpha": 0.15,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "grid.color"), INK
    ),
}
LABEL_PLACES = ((5, -11, "left"), (-5, 5, "right"), (5, 5, "left"), (-5, -11, "right"))  # x, y in points; alignment


@dataclass(frozen=True)
class Line:
    """Points (x, y) joined in the order given; `labels`, none or one per point, stand beside them if there is room."""

    name: str
    points: Sequence[tuple[float, float]]
    labels: Sequence[str] = ()


def line_chart(lines: Sequence[Line], title: str, x_label: str, y_label: str) -> str:
    """The chart as SVG text; names and labels may hold any characters.

    The group of line number k, counted from 0, has the id "line_<k>".

    Raises:
        ValueError: no point to draw, one that is not finite, or labels that do not match.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    _check(lines)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(SIZE_IN, PX_PER_IN)
        axes = figure.subplots()
        for number, line in enumerate(lines):
            _draw(axes, number, line)
        axes.set(title=_literal(title), xlabel=_literal(x_label), ylabel=_literal(y_label))
        whole_numbers = all(float(x).is_integer() for line in lines for x, _ in line.points)
        axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=whole_numbers))
        axes.margins(y=0.1)  # room for labels below the lowest point
        axes.grid()
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))  # beside the plot, where it covers no line
        figure.draw_without_rendering()  # settles where points lie
        _label_points(axes, lines)
        return _svg(figure)


def appearance(number: int) -> tuple[str, str]:
    """(colour, SVG dash pattern) of a chart's line, counted from 0; the first fifteen can be told apart."""
    again, number = divmod(number, len(COLOURS))
    return COLOURS[number], DASHES[again % len(DASHES)]


def ticks(values: Sequence[float]) -> list[float]:
    """Round numbers, 1, 2 or 5 times a power of ten apart, of which the first and last enclose all values."""
    from matplotlib.ticker import MaxNLocator

    low, high = min(values), max(values)
    whole_numbers = all(float(value).is_integer() for value in values)
    locator = MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=whole_numbers, min_n_ticks=2)
    return [round(float(tick), 12) for tick in locator.tick_values(low, high if high > low else low + (abs(low) or 1))]


def _check(lines: Sequence[Line]) -> None:
    if not any(line.points for line in lines):
        raise ValueError("a chart needs at least one point, got none")
    for line in lines:
        if bad := [point for point in line.points if not all(map(math.isfinite, point))]:
            raise ValueError(f"line {line.name!r} has points that are not finite: {bad}")
        if line.labels and len(line.labels) != len(line.points):
            raise ValueError(f"line {line.name!r} has {len(line.points)} points and {len(line.labels)} labels")


def _draw(axes, number: int, line: Line) -> None:
    colour, dash = appearance(number)
    style = "-" if dash == "none" else (0, tuple(float(part) / 2 for part in dash.split()))  # in line widths
    xs, ys = zip(*line.points, strict=True) if line.points else ((), ())
    axes.plot(xs, ys, marker="o", color=colour, linestyle=style, label=_literal(line.name), gid=f"line_{number}")


def _label_points(axes, lines: Sequence[Line]) -> None:
    """Write each label beside its point, at the first place where it covers no other text; leave it out if none."""
    taken = [axis.get_tightbbox() for axis in (axes.xaxis, axes.yaxis)]
    for label, point in (pair for line in lines for pair in zip(line.labels, line.points, strict=False) if pair[0]):
        for x, y, side in LABEL_PLACES:
            text = axes.annotate(_literal(label), point, (x, y), textcoords="offset points", ha=side)
            box = text.get_window_extent()
            if not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()


def _literal(text: str) -> str:
    """`text` as matplotlib shows it unchanged: "$" begins no formula."""
    return text.replace("$", r"\$")


def _svg(figure) -> str:
    """From <svg> on, in the colours of the page, without a date."""
    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(file, format="svg", transparent=True, bbox_inches="tight", metadata=nothing)
    text = file.getvalue()
    text = text[text.index("<svg ") :].replace(INK, "currentColor")
    return re.sub(r"(<style[^>]*>).*?(</style>)", rf"\g<1>{STYLE}\g<2>", text, count=1, flags=re.S)
