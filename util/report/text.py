"""A run's record as plain text for the terminal."""

from collections.abc import Iterable, Mapping, Sequence

from util.report.labels import label
from util.report.methods import SHORTCUT, TEACHER, in_order, method_name, refresh_of
from util.report.verdict import streamed
from util.tables import plain

STAGES = ("head", "body", "block", "tail")
KINDS = {"teacher_eager": "teacher eager", "stream": "stream, beside all that measures"}
DISTANCE_COLUMNS = 7  # as many as fit into 120 characters


def table(record: Mapping) -> str:
    """Methods with cost beside quality, quality per distance, then cost, latency, runtime, memory; "-": no figure.

    Args:
        record: what `report.write_run` writes.
    """
    parts = [_methods(record), *_distances(record), _cost(record), _latency(record), _runtime(record)]
    if record.get("peak_memory_mb") is not None:
        parts.append(f"peak memory {record['peak_memory_mb']:.0f} MiB")
    return "\n\n".join(part for part in parts if part)


def _methods(record: Mapping) -> str:
    """One row per method: what a frame costs on average, and every figure (see `Label.kinds`)."""
    figures = {TEACHER: record.get("teacher", {}), **record["baselines"], SHORTCUT: record["quality"]}
    columns = [(name, kind) for name in record["quality"] for kind in label(name).kinds]
    labels = [label(name) for name, _ in columns]
    heads = ["mean of a frame\n", "MACs\n", "saving\n", "ms\n"]
    heads += [f"{f'{one.text} {one.better}'.strip()}\n{kind}" for one, (_, kind) in zip(labels, columns, strict=True)]
    rows = []
    costs = record["cost"]["methods"]
    for method in _rows(costs, record):
        own, cost = figures.get(method, {}), costs[method]
        values = [label(name).shown(own.get(name, {}).get(kind)) for name, kind in columns]
        rows.append([_name(method, record), _giga(cost["macs"]), _times(cost["saving"]), f"{cost['ms']:.1f}", *values])
    return plain(heads, rows)


def _distances(record: Mapping) -> list[str]:
    """For the figures that depend on it: one line per distance, then skipped and all frames, one column per method."""
    found = {SHORTCUT: record["quality"], **record["baselines"]}
    methods = {method: found[method] for method in _rows(found, record)}
    names = [name for name in record["quality"] if "skipped" in label(name).kinds]
    together = max(1, DISTANCE_COLUMNS // len(methods))
    return [_distance_table(record, methods, names[i : i + together]) for i in range(0, len(names), together)]


def _distance_table(record: Mapping, methods: Mapping[str, Mapping], names: Sequence[str]) -> str:
    first, columns = next(iter(methods)), [(name, method) for name in names for method in methods]
    heads = ["per distance\n"]
    heads += [f"{label(name).text if method == first else ''}\n{_name(method, record)}" for name, method in columns]
    distances = sorted({d for name in names for d in record["quality"][name]["per_distance"]}, key=int)
    rows = [[f"distance {d}", *(label(n).shown(methods[m][n]["per_distance"].get(d)) for n, m in columns)]
            for d in distances]  # fmt: skip
    for key, text in (("skipped", "skipped frames"), ("all", "all, PSNR pooled")):
        rows.append([text, *(label(n).shown(methods[m][n].get(key)) for n, m in columns)])
    return plain(heads, rows)


def _cost(record: Mapping) -> str:
    """MACs per stage and per kind of frame, parameters, savings."""
    macs, saving, params = (record["cost"][key] for key in ("macs", "saving", "params"))
    stages = [[f"MACs {stage}", _giga(macs.get(stage))] for stage in STAGES]
    if macs.get("extra"):
        stages.append(["besides: interpolation, matching", _giga(macs["extra"])])
    kinds = [[f"MACs {kind} frame", _giga(macs.get(kind))] for kind in ("teacher", "reference", "skipped")]
    savings = [
        ["saving per skipped frame", _times(saving["skipped"])],
        [f"saving amortised at interval {record['runtime']['interval']:.4g}", _times(saving["amortised"])],
    ]
    used = [
        ["parameters teacher", _mega(params["teacher"])],
        ["parameters on skipped frames", _mega(params["skipped"])],
    ]
    return plain(["cost", ""], [*stages, *kinds, *savings, *used])


def _runtime(record: Mapping) -> str:
    """What was chosen, in one line."""
    runtime = record["runtime"]
    threshold = "" if runtime["refresh_threshold"] is None else f" at {runtime['refresh_threshold']:.4g}"
    refresh = (
        f"{runtime['refresh']}{threshold}, {runtime['refresh_mode']}, at most every {runtime['max_interval']} frames"
    )
    machinery = f"{runtime['engine']}, {runtime['dtype']}, deformable convolution {runtime['deform_backend']}"
    return f"run: {machinery}; refresh {refresh}"


def _latency(record: Mapping) -> str:
    """Single frames, then frames of whole videos that teacher and Shortcut streamed in turn."""
    streams = streamed(record)
    times = {KINDS.get(kind, kind): ms for kind, ms in record["latency_ms"].items()}
    times |= {f"whole video, {_name(method, record)}": streams[method] for method in _rows(streams, record)}
    rows = [[kind, f"{ms['median']:.1f}", f"{ms['p95']:.1f}"] for kind, ms in times.items()]
    return plain(["latency ms", "median", "p95"], rows)


def _giga(value: float | None) -> str:
    return "-" if value is None else f"{value / 1e9:.3f} G"


def _mega(value: int) -> str:
    return f"{value / 1e6:.3f} M"


def _times(value: float) -> str:
    return f"{value:.2f}x"


def _rows(methods: Iterable[str], record: Mapping) -> list[str]:
    return in_order(methods, refresh_of(record))


def _name(method: str, record: Mapping) -> str:
    return method_name(method, refresh_of(record))
