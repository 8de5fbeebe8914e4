"""A run's record as plain text for the terminal."""

from collections.abc import Mapping, Sequence

UNITS = {"psnr": "PSNR dB", "ssim": "SSIM", "lpips": "LPIPS"}
STAGES = ("head", "body", "block", "tail")


def table(record: Mapping) -> str:
    """Quality per distance beside the baselines, then cost, latency, runtime, memory; "-" where there is no figure.

    Args:
        record: what `report.write_run` writes.
    """
    parts = [_quality(record), _cost(record), _latency(record), _runtime(record)]
    if record.get("peak_memory_mb") is not None:
        parts.append(f"peak memory {record['peak_memory_mb']:.0f} MiB")
    return "\n\n".join(part for part in parts if part)


def _quality(record: Mapping) -> str:
    """One line per distance, then skipped and all frames; for every metric one column per method.

    Pooled: of the mean squared error of all frames, which only PSNR has.
    """
    methods = {"shortcut": record["quality"], **record["baselines"]}
    columns = [(metric, method) for metric in record["quality"] for method in methods]
    first = next(iter(methods))
    heads = [
        ["against the teacher", *(UNITS.get(metric, metric) if method == first else "" for metric, method in columns)],
        ["", *(_name(method) for _, method in columns)],
    ]
    distances = sorted({d for figures in record["quality"].values() for d in figures["per_distance"]}, key=int)
    rows = [[f"distance {d}", *(_get(methods[m][k]["per_distance"], d, k) for k, m in columns)] for d in distances]
    for key, label in (("skipped", "skipped frames"), ("all", "all frames"), ("pooled", "all frames, pooled")):
        rows.append([label, *(_get(methods[m][k], key, k) for k, m in columns)])
    return _align(heads, rows)


def _cost(record: Mapping) -> str:
    """MACs per stage and per kind of frame, parameters, savings."""
    macs, saving, params = (record["cost"][key] for key in ("macs", "saving", "params"))
    stages = [[f"MACs {stage}", _giga(macs.get(stage))] for stage in STAGES]
    kinds = [[f"MACs {kind} frame", _giga(macs.get(kind))] for kind in ("teacher", "reference", "skipped")]
    savings = [
        ["saving per skipped frame", _times(saving["skipped"])],
        [f"saving amortised at interval {record['runtime']['interval']:.4g}", _times(saving["amortised"])],
    ]
    used = [
        ["parameters teacher", _mega(params["teacher"])],
        ["parameters on skipped frames", _mega(params["skipped"])],
    ]
    return _align([["cost", ""]], [*stages, *kinds, *savings, *used])


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
    rows = [[_name(kind), _number(v["median"], 1), _number(v["p95"], 1)] for kind, v in record["latency_ms"].items()]
    return _align([["latency ms", "median", "p95"]], rows)


def _get(figures: Mapping, key: str, metric: str) -> str:
    return _number(figures.get(key), 2 if metric == "psnr" else 4)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _giga(value: int | None) -> str:
    return "-" if value is None else f"{value / 1e9:.3f} G"


def _mega(value: int) -> str:
    return f"{value / 1e6:.3f} M"


def _times(value: float) -> str:
    return f"{value:.2f}x"


def _name(key: str) -> str:
    return key.replace("_", " ")


def _align(heads: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> str:
    """First column to the left, the others to the right, a rule under the heads."""
    widths = [max(map(len, column)) for column in zip(*heads, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(row, widths) for row in [*heads, rule, *rows])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    others = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return "  ".join([row[0].ljust(widths[0]), *others]).rstrip()
