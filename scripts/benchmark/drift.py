"""How the figures of two benchmark files differ, the same case beside itself."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from util.tables import markdown

Key = tuple[str, str, str, str]

SHARES = {  # of two times of one run, which a slower or busier machine leaves as they are: label -> (slower, faster)
    "teacher as published / skipped frame": ("teacher_eager", "skipped"),
    "teacher / skipped frame": ("teacher", "skipped"),
    "teacher as published / teacher": ("teacher_eager", "teacher"),
    "teacher / block": ("teacher", "block"),
    "body / block": ("body", "block"),
    "block as published / block": ("block_published", "block"),
    "reference frame / teacher": ("reference", "teacher"),
}
SETUP = (  # what a case of one name may be given anew: name, key, what files say that lack the key
    ("Form of the block", "block", "published"),
    ("Width and height", "size", None),
)
EXTRA = "interpolation and matching"  # of `macs`, though it counts none


def read(path: Path) -> dict:
    """A benchmark file.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is another file.
    """
    try:
        record = json.loads(path.read_text())
        record["machine"]["cpu"], [_key(case) for case in record["cases"]]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is no file of benchmark.sh ({error!r}): give one that its --out has written"
        ) from error
    return record


def drift(old: Mapping, new: Mapping, source: Path) -> str:
    """Markdown: a table for each case of `new`, its figures in `old`, in `new`, and new / old; `source` holds `old`."""
    before, after = ({_key(case): case for case in record["cases"]} for record in (old, new))
    parts = [f"# Against {source}", _machines(old["machine"], new["machine"])]
    for key, case in after.items():
        parts.append(f"## {' '.join(key)}\n\n{_section(before[key], case) if key in before else 'not in the old file'}")
    if missing := [" ".join(key) for key in before if key not in after]:
        parts.append(f"Not measured now: {', '.join(missing)}.")
    return "\n\n".join(parts) + "\n"


def _key(case: Mapping) -> Key:
    return case["name"], case["device"], case["dtype"], case["engine"]


def _machines(old: Mapping, new: Mapping) -> str:
    named = [f"{m['gpu'] or m['cpu']}, {m['cores']} cores, torch {m['torch']}" for m in (old, new)]
    if named[0] == named[1]:
        return f"{named[0]}. Shares of one run compare better than milliseconds: they leave out how busy it was."
    return f"Old: {named[0]}. New: {named[1]}. Only shares compare: these are two machines."


def _section(old: Mapping, new: Mapping) -> str:
    notes = [_changed(name, old.get(key, unsaid), new.get(key, unsaid)) for name, key, unsaid in SETUP]
    return "\n\n".join([*filter(None, notes), _table(old, new)])


def _changed(name: str, before: object, after: object) -> str | None:
    return None if before == after else f"{name}: {before} in the old file, {after} in the new one."


def _table(old: Mapping, new: Mapping) -> str:
    rows = []
    for label, unit, before, after in _figures(old, new):
        change = f"{after / before:.2f}" if before and after else "-"
        rows.append([label, _text(before, unit), _text(after, unit), change])
    return markdown(["", "old", "new", "new / old"], rows)


def _figures(old: Mapping, new: Mapping) -> Iterator[tuple[str, str, float | None, float | None]]:
    """(label, unit, old, new): shares, then all times, MACs and memory that either case has."""
    for label, (slower, faster) in SHARES.items():
        yield label, "×", *(_share(case, f"{slower}_ms", f"{faster}_ms") for case in (old, new))
    flat = [_flat(case) for case in (old, new)]
    for label in {**flat[1], **flat[0]}:
        unit = "G" if label.startswith("MACs") or label == EXTRA else ""
        yield label, unit, *(figures.get(label) for figures in flat)


def _share(case: Mapping, slower: str, faster: str) -> float | None:
    return case[slower] / case[faster] if case.get(slower) and case.get(faster) else None


def _flat(case: Mapping) -> dict[str, float]:
    """Label -> every time in ms, MACs and extra operations in G, memory in MiB and rate of a case."""
    found = {key: value for key, value in case.items() if key.endswith(("_ms", "_ms_p95", "_mb")) and _is_number(value)}
    counts = {name: value / 1e9 for name, value in case.get("macs", {}).items() if _is_number(value)}
    found |= {EXTRA if name == "extra" else f"MACs {name}": value for name, value in counts.items()}
    for key in ("adabd_ms", "stream_ms"):
        found |= {f"{key} {way}": times["median"] for way, times in (case.get(key) or {}).items()}
    return found | {f"clip_fps {way}": rate for way, rate in (case.get("clip_fps") or {}).items()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _text(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.4g}{unit and f' {unit}'}"
