"""index.html of a run: the templates, filled from the files in the run's folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from util.charts import Line, appearance, line_chart, ticks
from util.files import from_text, replacing, to_json
from util.report.clips import PlayedClip, read_clips, still, video_file, worst_frames
from util.report.colours import RIM, mask_gradient, wheel_gradient
from util.report.record import TEACHER, Figure, figures_of, figures_shown, method_name, refresh_of
from util.report.summary import of_parts, summary
from util.report.text import table
from util.report.verdict import tiles

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
    page = _render(
        record=record,
        table=table(record),
        summary=summary(record),
        parts=of_parts(record),
        tiles=tiles(record.get("verdict") or {}),
        player=_player(clips, names, figures_shown(record)),
        gallery=_gallery(folder, clips),
        distance_chart=_distance_chart(figures, names),
        bars=_bars(record["cost"]["macs"]),
        inside={"mask": mask_gradient(), "wheel": wheel_gradient()} if any(clip.inside for clip in clips) else None,
    )
    path = folder / PAGE
    with replacing(path) as partial:
        partial.write_text(page, encoding="utf-8", errors="backslashreplace")  # a path may hold bytes that are no UTF-8
    return path


def _player(clips: Sequence[PlayedClip], methods: Mapping[str, str], shown: Mapping[str, Figure]) -> dict:
    """The data of the page's scripts. All clips share one scale per figure, so that they can be compared by eye.

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
            {"key": n, "name": shown[n].label, "digits": shown[n].digits, "ticks": t} for n, t in scales.items() if t
        ],
        "rim": RIM,
        "clips": [{**asdict(clip), "frame_ticks": ticks([0, len(clip.distance) - 1])} for clip in clips],
    }


def _scale(clips: Sequence[PlayedClip], name: str) -> list[float]:
    values = [v for clip in clips for own in clip.figures.get(name, {}).values() for v in own if v is not None]
    return ticks(values) if values else []


def _gallery(folder: Path, clips: Sequence[PlayedClip]) -> list[dict]:
    frames = [(frame, clips[frame.clip].name) for frame in worst_frames(clips, WORST)]
    return [
        {**asdict(frame), "name": name, "image": still(video_file(folder, from_text(name)), frame.number)}
        for frame, name in frames
    ]


def _distance_chart(figures: Mapping[str, Mapping], names: Mapping[str, str]) -> str | None:
    """PSNR per distance to the reference as SVG text; None if no frame was predicted."""
    lines = [
        Line(names[method], [(int(d), v) for d, v in own["psnr"]["per_distance"].items() if v is not None])
        for method, own in figures.items()
        if "psnr" in own
    ]
    if not any(line.points for line in lines):
        return None
    return line_chart(lines, "PSNR per distance", "frames since the one predicted from", "PSNR dB")


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
