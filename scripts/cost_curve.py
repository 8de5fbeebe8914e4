"""Quality against cost of several blocks and baselines in one chart, over MACs and over milliseconds.

    python scripts/cost_curve.py NAME=CSV... [--out PATH]

CSV is a curve of `scripts/fit_refresh.sh --baselines`. Writes PATH_macs.svg and, where frames were timed, PATH_ms.svg.
Baselines are drawn once, from the first file that has them: give files of one teacher and the same clips.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.evaluation.baselines import BASELINES  # noqa: E402
from models.evaluation.refresh_fit.chart import AXES, series_chart  # noqa: E402
from models.evaluation.refresh_fit.curve import Point, read_csv  # noqa: E402
from util.files import prepare_folder, replacing  # noqa: E402
from util.report.record import method_name  # noqa: E402
from util.runtime import finish  # noqa: E402

POLICIES = ("fixed", "adaptive")


def draw(curves: Sequence[tuple[str, Path]], out: Path) -> int:
    """Write the charts and say where they are."""
    names = [name for name, _ in curves]
    if len(set(names)) < len(names):
        raise ValueError(f"every curve needs a name of its own, got {', '.join(names)}")
    series = all_series({name: read_csv(path) for name, path in curves})
    prepare_folder(out.parent)
    for axis in AXES:
        path = out.with_name(f"{out.name}_{axis}.svg")
        if axis == "ms" and all(p.ms is None for points in series.values() for p in points):
            print(f"no {path.name}: nothing was timed in these files, fit again for it")
            continue
        with replacing(path) as partial:
            partial.write_text(series_chart(series, axis, "Quality against cost"), encoding="utf-8")
        print(f"chart: {path}")
    return 0


def all_series(curves: Mapping[str, Sequence[Point]]) -> dict[str, list[Point]]:
    """Name of a line -> its points: of each curve by its policies, then of each baseline once."""
    series = {}
    for name, points in curves.items():
        series |= {f"{name}, {policy}": [p for p in points if p.policy == policy] for policy in POLICIES}
    for baseline in BASELINES:
        found = ([p for p in points if p.policy == baseline] for points in curves.values())
        series[method_name(baseline, None)] = next(filter(None, found), [])
    return {name: points for name, points in series.items() if points}


def curve(text: str) -> tuple[str, Path]:
    name, equals, path = text.rpartition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"must be NAME=CSV, got {text!r}")
    return name, Path(path)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="cost_curve.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("curves", metavar="NAME=CSV", nargs="+", type=curve, help="what a line is called, and its file")
    where = "where the charts go, without their endings (default %(default)s)"
    parser.add_argument("--out", type=Path, default=Path("results/cost_quality"), help=where)
    return parser.parse_args(argv)


if __name__ == "__main__":
    given = parse(sys.argv[1:])
    finish("cost_curve.py", lambda: draw(given.curves, given.out))
