"""Charts of the cost of refresh policies and baselines, and of their distance from the teacher."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.evaluation.refresh_fit.curve import Point
from util.charts import Line, line_chart
from util.files import replacing

AXES = {  # unit of cost -> label of the axis, and function from a point to its cost
    "macs": ("GMACs per frame, amortised", lambda p: p.amortised_macs / 1e9),
    "ms": ("ms per frame, amortised", lambda p: p.ms),
}


def series_chart(series: Mapping[str, Sequence[Point]], axis: str, title: str) -> str:
    """Return an SVG chart of cost against pooled PSNR: a line per series in rising cost, fixed intervals labelled.

    Points without a finite PSNR or, on axis "ms", without a time are left out.

    Args:
        series: name -> points.
        axis: a key of AXES.

    Raises:
        ValueError: no point is left.
    """
    label, cost_of = AXES[axis]
    lines = []
    for name, points in series.items():
        known = [p for p in points if cost_of(p) is not None and math.isfinite(p.pooled_psnr)]
        known.sort(key=cost_of)
        names = ["" if p.policy == "adaptive" else f"{p.setting:g}" for p in known]
        lines.append(Line(name, [(cost_of(p), p.pooled_psnr) for p in known], names))
    return line_chart([line for line in lines if line.points], title, label, "pooled PSNR, dB")


def write_chart(path: Path, fixed: Sequence[Point], adaptive: Sequence[Point], title: str) -> None:
    """Write an SVG chart of amortised GMACs against pooled PSNR; it ends where the cost of the fixed intervals ends."""
    highest_cost = max(p.amortised_macs for p in fixed)
    fixed, adaptive = ([p for p in line if math.isfinite(p.pooled_psnr)] for line in (fixed, adaptive))
    lines = [
        Line("fixed interval α", _coordinates(fixed), [f"{p.setting:g}" for p in fixed]),
        Line("adaptive", _coordinates([p for p in adaptive if p.amortised_macs <= highest_cost])),
    ]
    with replacing(path) as partial:
        partial.write_text(line_chart(lines, title, "GMACs per frame, amortised", "pooled PSNR, dB"), encoding="utf-8")


def _coordinates(points: Sequence[Point]) -> list[tuple[float, float]]:
    return [(p.amortised_macs / 1e9, p.pooled_psnr) for p in points]
