"""The record of `scripts/vtoonify_cost.py` as Markdown."""

from collections.abc import Mapping, Sequence

from models.evaluation.cost import saving
from util import tables


def markdown(record: Mapping) -> str:
    size, interval, parsing = record["size"], record["interval"], record["parsing"]
    parts = [
        f"# What VToonify costs with a Shortcut\n\n`{record['command']}`: published sizes, one frame of {size}×{size} "
        f"to {4 * size}×{4 * size}, multiply-accumulates counted on the operators that run. *Saving*: teacher / "
        f"skipped frame; *amortised*: over {interval} frames, one a reference frame. Split A replaces all up to the "
        "last fusion, split B all up to before it.",
        "## With a Shortcut, without face parsing\n\n" + _table(_cases(record)),
        f"Parameters are the numbers held for one style. Face parsing: {_giga(parsing['macs'])} and "
        f"{parsing['params'] / 1e6:.1f} M parameters more.",
        "## With face parsing\n\nOn every frame, or on reference frames only, `--parsing reference`:\n\n"
        + _table(_parsed(record)),
        "## The steps of the teacher, degree above 0\n\n" + _table(_steps(record)),
    ]
    if record["latency_ms"]:
        machine = record["machine"]
        parts.append(
            f"## Time\n\n{machine['cpu']}, threads: {machine['threads']}, torch {machine['torch']}, float32, in turn, "
            f"{record['frames_timed']} frames of each kind; dualstylegan, split A, h_dim 64, random weights, without "
            "face parsing:\n\n" + _table([["", "median ms"], *_times(record["latency_ms"])])
        )
    if record["memory"]:
        memory = record["memory"]
        parts.append(
            f"## Memory\n\nOn the same CPU and of the same networks, frames of {memory['size']}×{memory['size']} px: "
            f"{memory['beyond_mb']:.0f} MiB at most beyond the {memory['weights_mb']:.0f} MiB that Python, torch and "
            "the weights take, however long the video."
        )
    return "\n\n".join(parts) + "\n"


def _cases(record: Mapping) -> list[list[str]]:
    names = ["head", "body", "tail", "block", "prepare", "teacher", "reference", "skipped"]
    rows = [["", *names, "saving", "amortised", "parameters, skipped of teacher"]]
    for case in record["cases"]:
        macs, saved, params = case["macs"], case["saving"], case["params"]
        rows.append(
            [
                _name(case),
                *(_giga(macs[name]) for name in names),
                *(f"{saved[kind]:.2f}×" for kind in ("skipped", "amortised")),
                f"{params['skipped'] / 1e6:.2f} M of {params['teacher'] / 1e6:.1f} M",
            ]
        )
    return rows


def _parsed(record: Mapping) -> list[list[str]]:
    more, interval = record["parsing"]["macs"], record["interval"]
    rows = [["", "teacher", "skipped", "saving", "amortised", "reference only: saving", "amortised"]]
    for case in record["cases"]:
        macs = case["macs"]
        whole, reference, skipped = macs["teacher"] + more, macs["reference"] + more, macs["skipped"]
        ways = [saving(whole, skipped + share * more, reference, interval) for share in (1, 0)]
        figures = [f"{way[kind]:.2f}×" for way in ways for kind in ("skipped", "amortised")]
        rows.append([_name(case), _giga(whole), _giga(skipped + more), *figures])
    return rows


def _steps(record: Mapping) -> list[list[str]]:
    steps = record["steps"]
    names = list(next(iter(steps.values())))
    rows = [[name, *(_giga(macs[name]) for macs in steps.values())] for name in names]
    return [["", *steps], *rows, ["all", *(_giga(sum(macs.values())) for macs in steps.values())]]


def _times(latency_ms: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    return [[name, f"{times['median']:.0f}"] for name, times in latency_ms.items()]


def _name(case: Mapping) -> str:
    return f"{case['backbone']}, {case['split']}, h_dim {case['h_dim']}"


def _giga(macs: int) -> str:
    return f"{macs / 1e9:.2f} G"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    return tables.markdown(head, body)
