"""The cost of refresh policies and their distance from the teacher, as numbers and CSV."""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from models.evaluation.metrics import PSNR_CAP_DB
from util.files import replacing
from util.tables import plain


@dataclass(frozen=True)
class Point:
    """The cost and quality of one policy on the clips.

    policy, setting: "fixed" and its interval in frames, "adaptive" and its threshold, or a baseline's name and its
        interval.
    amortised_macs: multiply-accumulates per frame, the mean over all frames.
    saving: MACs of the teacher over amortised_macs.
    refresh_share: share of reference frames, in [0, 1].
    psnr: mean over skipped frames in dB against the teacher; None if no frame was skipped.
    pooled_psnr: dB of the mean squared error over all frames; reference frames have no error; inf if all are such.
    ms: per frame, the mean over all frames; None if nothing was timed.
    """

    policy: str
    setting: float
    amortised_macs: float
    saving: float
    refresh_share: float
    psnr: float | None
    pooled_psnr: float
    ms: float | None = None


def point(
    policy: str,
    setting: float,
    psnrs: Sequence[float],
    references: int,
    macs: Mapping[str, float],
    ms: Mapping[str, float] | None = None,
) -> Point:
    """Return the point of a policy that ran `references` reference frames, and skipped frames of these `psnrs` in dB.

    Args:
        macs: of one "teacher", "reference" and "skipped" frame.
        ms: of one "reference" and "skipped" frame.
    """
    frames = references + len(psnrs)

    def mean(cost: Mapping[str, float]) -> float:
        return (references * cost["reference"] + len(psnrs) * cost["skipped"]) / frames

    mean_macs = mean(macs)
    error = sum(10 ** (-psnr / 10) for psnr in psnrs if psnr < PSNR_CAP_DB) / frames
    return Point(
        policy,
        setting,
        mean_macs,
        macs["teacher"] / mean_macs,
        references / frames,
        sum(psnrs) / len(psnrs) if psnrs else None,
        -10 * math.log10(error) if error else math.inf,
        mean(ms) if ms else None,
    )


def write_csv(path: Path, points: Sequence[Point]) -> None:
    """Write one row per point with the fields of `Point` as columns; a value that is not finite is an empty field."""
    with replacing(path) as partial, partial.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.name for field in fields(Point))
        writer.writerows([_cell(value) for value in asdict(point).values()] for point in points)


def read_csv(path: Path) -> list[Point]:
    """Read what `write_csv` wrote; files without the column "ms", written by older versions, are read, too.

    Raises:
        OSError: there is no such file.
        ValueError: the file is no curve; the message names it.
    """
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    try:
        return [_read(row) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no curve of scripts/fit_refresh.py: {error!r}") from error


def _read(row: Mapping[str, str]) -> Point:
    numbers = {name: float(text) if (text := row.get(name)) else None for name in ("psnr", "pooled_psnr", "ms")}
    needed = {name: float(row[name]) for name in ("setting", "amortised_macs", "saving", "refresh_share")}
    pooled = math.inf if numbers["pooled_psnr"] is None else numbers["pooled_psnr"]
    return Point(row["policy"], **needed, **{**numbers, "pooled_psnr": pooled})


def comparison(fixed: Point, same_cost: Point | None, same_psnr: Point | None, chosen: Point) -> str:
    """Return a table of a fixed interval and of the adaptive refresh at the same cost, the same PSNR and as chosen."""
    named = {"equal cost": same_cost, "equal PSNR": same_psnr, "chosen": chosen}
    rows = {f"fixed interval {fixed.setting:g}": fixed, **{f"adaptive, {k}": p for k, p in named.items() if p}}
    heads = ["", "threshold", "references", "GMACs", "saving", "PSNR dB", "pooled"]
    lines = [plain(heads, [[name, *_row(p, p is fixed)] for name, p in rows.items()])]
    if same_cost:
        lines.append(f"adaptive at equal cost: {same_cost.pooled_psnr - fixed.pooled_psnr:+.2f} dB pooled")
    if same_psnr:
        less = 1 - same_psnr.amortised_macs / fixed.amortised_macs
        lines.append(f"adaptive at equal PSNR: {less:.1%} less computation")
    return "\n".join(lines)


def _row(p: Point, is_fixed: bool) -> list[str]:
    threshold = "-" if is_fixed else f"{p.setting:g}"
    skipped = "-" if p.psnr is None else f"{p.psnr:.2f}"
    cost = [f"{p.refresh_share:.1%}", f"{p.amortised_macs / 1e9:.3f}", f"{p.saving:.2f}x"]
    return [threshold, *cost, skipped, f"{p.pooled_psnr:.2f}"]


def _cell(value: object) -> str:
    if value is None or value == math.inf:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
