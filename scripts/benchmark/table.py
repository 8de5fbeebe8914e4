"""The benchmark file as Markdown: one table per case, one column per variant."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from util import tables

Row = tuple[str, Callable[[Mapping], str]]

ABSENT = "-"

TIMES = {
    "teacher_eager": "teacher, as published",
    "teacher": "teacher",
    "head": "· head",
    "body": "· body",
    "tail": "· tail",
    "block_published": "block, as published",
    "block": "block, reference cached",
    "prepare": "what the block keeps of a reference",
    "reference": "reference frame",
    "skipped": "skipped frame",
}
RATIOS = {
    "teacher_eager_to_skipped": "teacher as published / skipped frame",
    "teacher_to_skipped": "teacher / skipped frame",
    "block_published_to_block": "block as published / block",
}
MACS = {name: f"{TIMES[name]}, MACs" for name in ("teacher", "reference", "skipped", "block_published", "block")}
MACS["extra"] = "skipped frame, interpolation and matching, operations"
MEMORY = {
    "idle": "peak_memory_idle_mb",
    "teacher": "peak_memory_teacher_mb",
    "skipped frames": "peak_memory_skipped_mb",
    "reference and skipped frames": "peak_memory_mb",
}
NOTE = (
    "Batch 1, everything in turn in one process: median ms (95th percentile). *As published*: float32, eager, plain "
    "layers, the block by two deformable convolutions with nothing folded or kept. The teacher below it is rewritten "
    "by the same rules as the Shortcut's head and tail. A reference frame is the whole teacher and what the block "
    "keeps of it. A full-size block has no published way. MACs hold no interpolation and no block matching."
)


def markdown(record: Mapping) -> str:
    """The whole file: machine, command, and a table for each case."""
    machine = record["machine"]
    device = f"{machine['gpu']}, " if record["cases"][0]["device"] != "cpu" else ""
    head = f"# Benchmark\n\n{device}{machine['cpu']}, {machine['cores']} cores, torch {machine['torch']}: "
    parts = [head + f"`{record['command']}`", NOTE]
    for name, found in groupby(record["cases"], key=lambda case: case["name"]):
        parts.append(f"## {name}\n\n{_table(list(found))}")
    return "\n\n".join(parts) + "\n"


def _table(cases: Sequence[Mapping]) -> str:
    width, height = cases[0]["size"]
    heads = [f"{width} × {height}", *(f"{case['dtype']} {case['engine']}".replace("_", " ") for case in cases)]
    rows = [[label, *(text(case) for case in cases)] for label, text in _rows(cases[0])]
    return tables.markdown(heads, rows)


def _rows(first: Mapping) -> list[Row]:
    rows: list[Row] = [(f"{label}, ms", _time(name)) for name, label in TIMES.items()]
    rows += [(label, _ratio(name)) for name, label in RATIOS.items()]
    rows += [(label, _giga(name)) for name, label in MACS.items()]
    rows += [(f"peak memory {label}, MiB", _whole(key)) for label, key in MEMORY.items()]
    rows += [(f"AdaBD alone, {way}, ms", _spread("adabd_ms", way)) for way in first["adabd_ms"]]
    rows += [(f"stream, body {way}, ms", _spread("stream_ms", way)) for way in first["stream_ms"]]
    rows += [(f"video to video, {way}, frames/s", _rate(way)) for way in first["clip_fps"] or ()]
    return [*rows, ("block's difference from its trained form", lambda case: f"{case['block_error']:.0e}")]


def _time(name: str) -> Callable[[Mapping], str]:
    return lambda case: _both(case[f"{name}_ms"], case[f"{name}_ms_p95"])


def _ratio(name: str) -> Callable[[Mapping], str]:
    return lambda case: f"**{case['ratios'][name]:.2f}×**" if name in case["ratios"] else ABSENT


def _giga(name: str) -> Callable[[Mapping], str]:
    return lambda case: ABSENT if case["macs"][name] is None else f"{case['macs'][name] / 1e9:.2f} G"


def _whole(key: str) -> Callable[[Mapping], str]:
    return lambda case: f"{case[key]:.0f}"


def _spread(key: str, way: str) -> Callable[[Mapping], str]:
    return lambda case: _both(**case[key][way]) if way in case[key] else ABSENT


def _rate(way: str) -> Callable[[Mapping], str]:
    return lambda case: f"{case['clip_fps'][way]:.1f}"


def _both(median: float | None, p95: float | None) -> str:
    if median is None:
        return ABSENT
    digits = 1 if median >= 10 else 3
    return f"{median:.{digits}f} ({p95:.{digits}f})"
