"""index.html of a run: the templates, filled from what the run left in its folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from util.chart import COLOURS, Line, line_chart, ticks
from util.files import replacing, to_json
from util.page.clips import PlayedClip, read_clips, video_file
from util.page.worst import still, worst_frames
from util.scores import OURS
from util.tables import table

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "index.html"
WORST = 12  # frames in the gallery
STAGES = {"teacher": ("head", "body", "tail"), "skipped": ("head", "block", "tail")}  # kind of frame -> what it runs


def write_page(folder: Path) -> Path:
    """The path of index.html; with the videos beside it, it needs no server and no network.

    Args:
        folder: a finished run's results: metrics.json, frames.csv and the clips' videos.

    Raises:
        OSError: one of them is missing or unreadable, or the page cannot be written.
    """
    record = json.loads((folder / "metrics.json").read_text())
    methods = {OURS: record["quality"], **record["baselines"]} if record["options"]["compare"] else {}
    clips = read_clips(folder, list(methods))
    page = _render(
        record=record,
        table=table(record),
        player=_player(clips, list(methods)),
        gallery=_gallery(folder, clips) if methods else [],
        distance_chart=_distance_chart(methods),
        bars=_bars(record["cost"]["macs"]),
    )
    path = folder / PAGE
    with replacing(path) as partial:
        partial.write_text(page, encoding="utf-8")
    return path


def _player(clips: Sequence[PlayedClip], methods: Sequence[str]) -> dict:
    """What the scripts read. All clips share one scale of dB, so that they can be told apart by eye."""
    shown = [clip.psnr[method][number] for clip in clips for method in methods for number in clip.predicted()]
    return {
        "series": [
            {"key": m, "name": _label(m), "colour": colour} for m, colour in zip(methods, COLOURS, strict=False)
        ],
        "psnr_ticks": ticks(shown) if shown else [],
        "clips": [{**asdict(clip), "frame_ticks": ticks([0, len(clip.distance) - 1])} for clip in clips],
    }


def _gallery(folder: Path, clips: Sequence[PlayedClip]) -> list[dict]:
    frames = [(frame, clips[frame.clip].name) for frame in worst_frames(clips, WORST)]
    return [
        {**asdict(frame), "name": name, "image": still(video_file(folder, name), frame.number)}
        for frame, name in frames
    ]


def _distance_chart(methods: Mapping[str, Mapping]) -> str | None:
    """PSNR over the distance to the reference as SVG text; None where no frame was predicted."""
    lines = [
        Line(_label(method), [(int(d), value) for d, value in figures["psnr"]["per_distance"].items()])
        for method, figures in methods.items()
    ]
    if not any(line.points for line in lines):
        return None
    return line_chart(lines, "PSNR per distance", "frames since the one predicted from", "PSNR dB")


def _bars(macs: Mapping[str, int]) -> dict[str, list[tuple[str, int]]]:
    """Kind of frame -> its stages and their MACs."""
    return {kind: [(stage, macs[stage]) for stage in stages] for kind, stages in STAGES.items()}


def _label(method: str) -> str:
    return method.replace("_", " ")


def _render(**context: object) -> str:
    """The page. Text from outside is escaped, in the scripts' data too."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(TEMPLATES)
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.policies["json.dumps_function"] = lambda value, **_: to_json(value)
    return templates.get_template(PAGE).render(context)
