"""index.html of a run: the templates, filled from the files in the run's folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from util.charts import appearance, ticks
from util.files import from_text, replacing, to_json
from util.report.clips import PlayedClip, read_clips, video_file
from util.report.colours import RIM, mask_gradient, wheel_gradient
from util.report.record import TEACHER, Figure, figures_of, figures_shown, method_name, refresh_of
from util.report.summary import of_parts, summary
from util.report.text import table
from util.report.verdict import tiles
from util.report.worst import GAIN, pictures, worst_frames

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "index.html"
WORST = 12  # frames in the gallery
STAGES = {"teacher": ("head", "body", "tail"), "skipped": ("head", "block", "tail")}  # kind of frame -> its stages


def write_page(folder: Path) -> Path:
    """Write index.html and return its path. With the videos beside it, the page needs no server and no network.

    Args:
        folder: results of a finished run: metrics.json, frames.csv and the clips' videos.

    Raises:
        OSError: one of these files is missing or unreadable, or the page cannot be written.
    """
    record = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    figures = figures_of(record) if record["options"]["compare"] else {}
    names = {method: method_name(method, refresh_of(record)) for method in figures}
    clips = read_clips(folder, list(figures), list(record["quality"]), list(figures.get(TEACHER, {})))
    gallery = _gallery(folder, clips)
    options, changed = record["options"], record.get("changed") or {}
    page = _render(
        record=record,
        changed=changed,
        unchanged={name: value for name, value in options.items() if name not in changed},
        table=table(record),
        summary=summary(record),
        parts=of_parts(record),
        tiles=tiles(record.get("verdict") or {}),
        gallery=gallery,
        gain=GAIN,
        player={
            **_player(clips, names, figures_shown(record)),
            "distances": _per_distance(figures),
            "worst": [{key: frame[key] for key in ("clip", "number", "box", "size")} for frame in gallery],
        },
        bars=_bars(record["cost"]["macs"]),
        inside={"mask": mask_gradient(), "wheel": wheel_gradient()} if any(clip.inside for clip in clips) else None,
    )
    path = folder / PAGE
    with replacing(path) as partial:
        partial.write_text(page, encoding="utf-8", errors="backslashreplace")  # a path may hold bytes that are no UTF-8
    return path


def _player(clips: Sequence[PlayedClip], methods: Mapping[str, str], shown: Mapping[str, Figure]) -> dict:
    """The data of the player and its chart. All clips share one scale per figure, so that they can be compared by eye.

    Args:
        methods: key -> name.
        shown: name -> how to show the figure.
    """
    looks = {method: appearance(number) for number, method in enumerate(methods)}
    names = list(dict.fromkeys(name for clip in clips for name in clip.figures))
    scales = {name: _scale(clips, name) for name in names}
    return {
        "methods": [
            {"key": m, "name": methods[m], "colour": colour, "dash": dash} for m, (colour, dash) in looks.items()
        ],
        "figures": [
            {"key": n, "name": shown[n].label, "axis": shown[n].axis, "digits": shown[n].digits, "ticks": t}
            for n, t in scales.items()
            if t
        ],
        "rim": RIM,
        "clips": [{**asdict(clip), "frame_ticks": ticks([0, len(clip.distance) - 1])} for clip in clips],
    }


def _scale(clips: Sequence[PlayedClip], name: str) -> list[float]:
    values = [v for clip in clips for own in clip.figures.get(name, {}).values() for v in own if v is not None]
    return ticks(values) if values else []


def _gallery(folder: Path, clips: Sequence[PlayedClip]) -> list[dict]:
    """The worst frames, lowest PSNR first, with the name of their clip and their pictures."""
    frames = [(frame, clips[frame.clip].name) for frame in worst_frames(clips, WORST)]
    return [
        {**asdict(frame), "name": name, **asdict(pictures(video_file(folder, from_text(name)), frame.number))}
        for frame, name in frames
    ]


def _per_distance(figures: Mapping[str, Mapping]) -> dict | None:
    """PSNR of each method per distance to the reference, with ticks for both axes; None if no frame was predicted."""
    points = {
        method: [(int(d), value) for d, value in own["psnr"]["per_distance"].items() if value is not None]
        for method, own in figures.items()
        if own.get("psnr", {}).get("per_distance")
    }
    distances, values = ([point[axis] for own in points.values() for point in own] for axis in (0, 1))
    if not values:
        return None
    return {"points": points, "x_ticks": ticks(distances), "y_ticks": ticks(values), "last": max(distances)}


def _bars(macs: Mapping[str, int]) -> dict[str, list[tuple[str, int]]]:
    """Kind of frame -> its stages and their MACs."""
    return {kind: [(stage, macs[stage]) for stage in stages] for kind, stages in STAGES.items()}


def _render(**context: object) -> str:
    """The page as HTML. Text from outside is escaped, also in the scripts' data."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(TEMPLATES)
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.policies["json.dumps_function"] = lambda value, **_: to_json(value)
    return templates.get_template(PAGE).render(context)
