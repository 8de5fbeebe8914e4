"""What the page shows of each clip, read from frames.csv and the clip's video."""

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from util.files import as_text, fitting_name, from_text
from util.report.record import PSNR_CAP_DB

Row = dict[str, str]
Figures = dict[str, dict[str, list[float | None]]]  # name -> method -> value per frame


@dataclass(frozen=True)
class PlayedClip:
    """One clip; `distance`, `ms` and the lists in `figures` hold one entry per frame.

    Args:
        video: address relative to the page.
        inside: address of the video of the block's mask and displacement; None if there is none.
        fps: frames per second of both videos, on average.
        times: when each frame is shown, s; None: at a constant rate.
        distance: frames back to the frame that it was predicted from; 0: exact.
        references: numbers of the frames on which the Shortcut renewed its reference, ascending.
        figures: None where a method has no figure, or where its picture is the one it would be compared with.
    """

    name: str
    video: str
    inside: str | None
    fps: float
    times: list[float] | None
    distance: list[int]
    references: list[int]
    ms: list[float]
    figures: Figures


def video_file(folder: Path, clip: str) -> Path:
    """Where a run writes the video of a clip."""
    return folder / fitting_name(clip, ".mp4")


def inside_file(folder: Path, clip: str) -> Path:
    """Where a run with --inside writes the video of the block's mask and displacement in that clip."""
    return folder / "inside" / fitting_name(clip, ".mp4")


def whole_name(clip: str) -> str:
    """The name under which a run writes the whole frames of a clip whose faces were translated."""
    return f"{clip}_whole"


def face_name(clip: str, number: int) -> str:
    """The name of the clip of one face among several, counted from 1."""
    return f"{clip}_face{number}"


def check_names(clips: Sequence[str], faces: bool, whole: bool) -> None:
    """Refuse clips of which two could write results under one name.

    Args:
        faces: whether every face of a clip becomes a clip of its own.
        whole: whether whole frames are written too.

    Raises:
        ValueError: the message names the two clips.
    """
    of: dict[str, str] = {}
    for clip in clips:
        for name in (clip, whole_name(clip)) if whole else (clip,):
            other = of.setdefault(name, clip)
            numbered = re.fullmatch(r"(.+)_face\d+(?:_whole)?", name, re.DOTALL) if faces else None
            if numbered and numbered[1] in clips:
                other = numbered[1]
            if other != clip or clips.count(clip) > 1:
                raise ValueError(
                    f"clips {as_text(other)} and {as_text(clip)} would both write {as_text(name)}.mp4: "
                    "rename one of them, or translate them in two runs with different --name"
                )


def read_clips(folder: Path, methods: Sequence[str], names: Sequence[str], alone: Sequence[str]) -> list[PlayedClip]:
    """The clips of a run, in the order of frames.csv.

    Args:
        folder: the run's results, with frames.csv and one video per clip.
        methods, names: methods and figures to read, as far as frames.csv has them.
        alone: names of the figures that are no distance to the teacher's picture.

    Raises:
        OSError: frames.csv or a video is missing or unreadable.
    """
    with (folder / "frames.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        columns = [(n, m) for n in names for m in methods if f"{m}_{n}" in (reader.fieldnames or [])]
        return [_clip(folder, name, list(rows), columns, alone) for name, rows in groupby(reader, lambda r: r["clip"])]


def _clip(
    folder: Path, name: str, rows: list[Row], columns: Sequence[tuple[str, str]], alone: Sequence[str]
) -> PlayedClip:
    path, inside = video_file(folder, from_text(name)), inside_file(folder, from_text(name))
    fps, times = frame_times(path)
    figures: Figures = {}
    for figure, method in columns:
        figures.setdefault(figure, {})[method] = [_value(row, figure, method, figure in alone) for row in rows]
    return PlayedClip(
        name=name,
        video=quote(os.fsencode(path.name)),
        inside="inside/" + quote(os.fsencode(inside.name)) if inside.is_file() else None,
        fps=fps,
        times=None if _constant(times, fps) else times,
        distance=[int(row["distance"]) for row in rows],
        references=[number for number, row in enumerate(rows) if row["reference"] == "1"],
        ms=[float(row["ms"]) for row in rows],
        figures=figures,
    )


def _value(row: Row, figure: str, method: str, alone: bool) -> float | None:
    text = row[f"{method}_{figure}"]
    exact = float(row.get(f"{method}_psnr") or 0) >= PSNR_CAP_DB
    return None if not text or (exact and not alone) else float(text)


def frame_times(path: Path) -> tuple[float, list[float]]:
    """Average number of frames per second of a video, and when each frame is shown, s."""
    import av

    with path.open("rb") as file, av.open(file) as container:
        stream = container.streams.video[0]
        stamps = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
        return float(stream.average_rate), [round(float(stamp * stream.time_base), 4) for stamp in stamps]


def _constant(times: Sequence[float], fps: float) -> bool:
    return all(abs(time - number / fps) < 0.25 / fps for number, time in enumerate(times))
