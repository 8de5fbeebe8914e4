"""A run's record as plain text for the terminal."""

from collections.abc import Iterable, Mapping, Sequence

from util.report.record import SHORTCUT, Figure, figures_of, figures_shown, in_order, method_name, refresh_of
from util.report.verdict import streamed
from util.tables import plain

STAGES = ("head", "body", "block", "tail")
TIMES = {"teacher_eager": "teacher eager", "stream": "stream, beside all that measures"}
DISTANCE_COLUMNS = 7  # as many as fit into 120 characters


def table(record: Mapping) -> str:
    """Methods with cost beside quality, quality per distance, then cost, latency, runtime and memory; "-": no figure.

    Args:
        record: what `write_run` writes.
    """
    parts = [_methods(record), *_distances(record), _cost(record), _latency(record), _runtime(record)]
    if record.get("peak_memory_mb") is not None:
        parts.append(f"peak memory {record['peak_memory_mb']:.0f} MiB")
    return "\n\n".join(part for part in parts if part)


def _methods(record: Mapping) -> str:
    """One row per method: what a frame costs on average, and its figures over the frames that `Figure.frames` names."""
    figures, shown, costs = figures_of(record), figures_shown(record), record["cost"]["methods"]
    columns = [(shown[name], name, frames) for name in record["quality"] for frames in shown[name].frames]
    heads = ["mean of a frame\n", "MACs\n", "saving\n", "ms\n"]
    heads += [f"{figure.head}\n{frames}" for figure, _, frames in columns]
    rows = []
    for method in _rows(costs, record):
        own, cost = figures.get(method, {}), costs[method]
        values = [figure.text(own.get(name, {}).get(frames)) for figure, name, frames in columns]
        rows.append([_name(method, record), _giga(cost["macs"]), _times(cost["saving"]), f"{cost['ms']:.1f}", *values])
    return plain(heads, rows)


def _distances(record: Mapping) -> list[str]:
    """Tables of the figures that are shown over skipped frames, a few figures in each; one column per method."""
    figures, shown = {SHORTCUT: record["quality"], **record["baselines"]}, figures_shown(record)
    methods = {method: figures[method] for method in _rows(figures, record)}
    names = [name for name in record["quality"] if "skipped" in shown[name].frames]
    together = max(1, DISTANCE_COLUMNS // len(methods))
    groups = (names[i : i + together] for i in range(0, len(names), together))
    return [_distance_table(record, methods, {name: shown[name] for name in group}) for group in groups]


def _distance_table(record: Mapping, methods: Mapping[str, Mapping], shown: Mapping[str, Figure]) -> str:
    """One row per distance to the reference, then one for skipped and one for all frames."""
    first, columns = next(iter(methods)), [(name, method) for name in shown for method in methods]
    heads = ["per distance\n"]
    heads += [f"{shown[name].label if method == first else ''}\n{_name(method, record)}" for name, method in columns]
    distances = sorted({d for name in shown for d in record["quality"][name].get("per_distance", ())}, key=int)
    rows = [
        [f"distance {d}", *(shown[n].text(methods[m].get(n, {}).get("per_distance", {}).get(d)) for n, m in columns)]
        for d in distances
    ]
    for key, text in (("skipped", "skipped frames"), ("all", "all, PSNR pooled")):
        rows.append([text, *(shown[n].text(methods[m].get(n, {}).get(key)) for n, m in columns)])
    return plain(heads, rows)


def _cost(record: Mapping) -> str:
    """MACs of each stage and each kind of frame, savings, parameters."""
    macs, saving, params = (record["cost"][key] for key in ("macs", "saving", "params"))
    stages = [[f"MACs {stage}", _giga(macs.get(stage))] for stage in STAGES]
    if macs.get("extra"):
        stages.append(["besides: interpolation, matching", _giga(macs["extra"])])
    frames = [[f"MACs {kind} frame", _giga(macs.get(kind))] for kind in ("teacher", "reference", "skipped")]
    savings = [
        ["saving per skipped frame", _times(saving["skipped"])],
        [f"saving amortised at interval {record['runtime']['interval']:.4g}", _times(saving["amortised"])],
    ]
    parameters = [
        ["parameters teacher", _mega(params["teacher"])],
        ["parameters on skipped frames", _mega(params["skipped"])],
    ]
    return plain(["cost", ""], [*stages, *frames, *savings, *parameters])


def _latency(record: Mapping) -> str:
    """Milliseconds of single frames, then of a frame of the whole videos that each method streamed in turn."""
    streams = streamed(record)
    times = {TIMES.get(kind, kind): ms for kind, ms in record["latency_ms"].items()}
    times |= {f"whole video, {_name(method, record)}": streams[method] for method in _rows(streams, record)}
    rows = [[kind, f"{ms['median']:.1f}", f"{ms['p95']:.1f}"] for kind, ms in times.items()]
    return plain(["latency ms", "median", "p95"], rows)


def _runtime(record: Mapping) -> str:
    """How the networks ran, in one line."""
    runtime = record["runtime"]
    threshold = "" if runtime["refresh_threshold"] is None else f" at {runtime['refresh_threshold']:.4g}"
    refresh = (
        f"{runtime['refresh']}{threshold}, {runtime['refresh_mode']}, at most every {runtime['max_interval']} frames"
    )
    machinery = f"{runtime['engine']}, {runtime['dtype']}, deformable convolution {runtime['deform_backend']}"
    return f"run: {machinery}; refresh {refresh}"


def _giga(value: float | None) -> str:
    return "-" if value is None else f"{value / 1e9:.3f} G"


def _mega(value: int) -> str:
    return f"{value / 1e6:.3f} M"


def _times(value: float) -> str:
    return f"{value:.2f}x"


def _rows(methods: Iterable[str], record: Mapping) -> Sequence[str]:
    return in_order(methods, refresh_of(record))


def _name(method: str, record: Mapping) -> str:
    return method_name(method, refresh_of(record))
