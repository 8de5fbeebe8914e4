"""A run's record: the names and order of its methods, how its figures are shown, and metrics.json."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from util import __version__
from util.files import remove_partials, replacing, to_json

SHORTCUT, TEACHER = "shortcut", "teacher"
# The main Shortcut, and one that refreshes in another way.
SHORTCUTS = {SHORTCUT, f"{SHORTCUT}_fixed", f"{SHORTCUT}_adaptive"}
ORDER = (TEACHER, SHORTCUT, f"{SHORTCUT}_fixed", f"{SHORTCUT}_adaptive", "reuse", "flow_warp")


def in_order(methods: Iterable[str], refresh: str | None) -> list[str]:
    """The methods as rows from top to bottom: the teacher, Shortcuts, baselines; then others, in the order given.

    Args:
        refresh: how the evaluated Shortcut refreshes, "fixed" or "adaptive"; None if unknown.
    """
    return sorted(methods, key=lambda method: _place(_with_refresh(method, refresh)))


def method_name(method: str, refresh: str | None) -> str:
    """The method in words: "teacher", "Shortcut fixed", "flow warp"; `refresh` as for `in_order`."""
    return _with_refresh(method, refresh).replace(SHORTCUT, "Shortcut").replace("_", " ")


def refresh_of(*records: Mapping) -> str | None:
    """How the evaluated Shortcut of all these runs refreshes; None if they differ, or are too old to say."""
    refreshes = {record.get("runtime", {}).get("refresh") for record in records}
    return refreshes.pop() if len(refreshes) == 1 else None


def figures_of(record: Mapping) -> dict[str, Mapping]:
    """method -> name -> figures, of all methods of a run, in the order of a table's rows."""
    figures = {TEACHER: record.get("teacher", {}), SHORTCUT: record["quality"], **record["baselines"]}
    return {method: figures[method] for method in in_order(figures, refresh_of(record))}


def _with_refresh(method: str, refresh: str | None) -> str:
    """A run's record calls the evaluated Shortcut "shortcut"; its refresh tells it from another one beside it."""
    return f"{SHORTCUT}_{refresh}" if method == SHORTCUT and refresh else method


def _place(method: str) -> int:
    return ORDER.index(method) if method in ORDER else len(ORDER)


REQUIRED = {
    "quality": (),
    "baselines": (),
    "cost": ("macs", "saving", "params"),
    "latency_ms": ("teacher", "reference", "skipped"),
    "frames": ("total", "reference", "skipped"),
    "options": (),
    "machine": (),
}
RESULTS = (  # what a run writes below its folder
    *("metrics.json", "frames.csv", "frames.csv.[0-9]*", "index.html", "options.yaml"),
    *("*.mp4", "inside/*.mp4", "images/*/*.png"),
)


def remove_results(folder: Path) -> None:
    """Remove what an earlier run wrote into `folder`; other files stay, and folders that hold some."""
    for path in [path for pattern in RESULTS for path in folder.glob(pattern) if path.is_file()]:
        path.unlink()
    remove_partials(folder)
    for emptied in (folder / "inside", *folder.glob("images/*"), folder / "images"):
        remove_partials(emptied)
        with contextlib.suppress(OSError):  # not there, or not empty
            emptied.rmdir()


PSNR_CAP_DB = 100.0  # PSNR of identical pictures


@dataclass(frozen=True)
class Figure:
    """How tables, charts and the report page show one figure.

    Args:
        label: name and unit, such as "PSNR dB".
        better: "↑" if a larger value is better, "↓" if a smaller one is, "" if neither.
        digits: decimals.
        frames: the frames that tables show it over: "skipped", "all", or "pooled" (all, by their common error).
            Take "skipped" for a distance to the teacher, because reference frames are exact. Take "all" for a figure
            of consecutive frames, because a picture that is shown twice is steady only until the next one.
        unit: what the label does not say of the values, for the axes of charts.
    """

    label: str
    better: str = ""
    digits: int = 4
    frames: tuple[str, ...] = ("all",)
    unit: str = ""

    @property
    def axis(self) -> str:
        """Label and unit, as they stand beside the axis of a chart."""
        return ", ".join(filter(None, (self.label, self.unit)))

    @property
    def head(self) -> str:
        """Label and direction, as they stand above a column."""
        return f"{self.label} {self.better}".strip()

    def text(self, value: float | None) -> str:
        """`value` with the figure's decimals; "-" for None."""
        return "-" if value is None else f"{value:.{self.digits}f}"


def figures_shown(record: Mapping) -> dict[str, Figure]:
    """Name -> how to show it, for every figure in a run's record.

    A figure that the record does not describe, as in runs of older versions, has its name as label, no direction, and
    is shown over skipped and over all frames, as far as the record has it.
    """
    methods = (record["quality"], record.get("teacher", {}), *record["baselines"].values())
    described = record.get("figures", {})
    names = dict.fromkeys(name for figures in methods for name in figures)
    return {name: _described(described[name]) if name in described else _unknown(name, methods) for name in names}


def _described(fields: Mapping) -> Figure:
    return Figure(fields["label"], fields["better"], fields["digits"], tuple(fields["frames"]), fields.get("unit", ""))


def _unknown(name: str, methods: tuple[Mapping, ...]) -> Figure:
    measured = {key for figures in methods for key in figures.get(name, {})}
    return Figure(name, frames=tuple(key for key in ("skipped", "all") if key in measured) or ("all",))


def write_run(folder: Path, record: Mapping[str, Mapping]) -> Path:
    """Write `record` to metrics.json in an existing folder as strict JSON; return its path.

    What is not finite becomes null.

    Args:
        record: at least the keys of REQUIRED; further ones ("figures", "peak_memory_mb", ...) are kept. The version of
            this program is added as "version".

    Raises:
        ValueError: keys are missing; the message names all of them.
    """
    missing = [key for key in REQUIRED if key not in record]
    missing += [f"{key}.{k}" for key, inner in REQUIRED.items() for k in inner if k not in record.get(key, inner)]
    if missing:
        raise ValueError(f"a run's record lacks {', '.join(missing)}")
    path = folder / "metrics.json"
    with replacing(path) as partial:
        partial.write_text(to_json({"version": __version__, **record}, indent=2) + "\n")
    return path
