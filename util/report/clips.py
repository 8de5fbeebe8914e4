"""What the page shows of each clip, read back from frames.csv and the clip's video."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from util.report.labels import PSNR_CAP_DB

Row = dict[str, str]
Figures = dict[str, dict[str, list[float | None]]]  # name -> method -> value per frame


@dataclass(frozen=True)
class PlayedClip:
    """One clip; the lists hold one entry per frame.

    Args:
        video: address relative to the page.
        inside: that of the video of what the block did, None if there is none.
        fps: frames per second of both videos.
        distance: frames back to the one it was predicted from, 0 = exact.
        references: numbers of the frames on which the Shortcut renewed its reference, ascending.
        figures: None where a method has none, or shows the very picture that it would be measured against.
    """

    name: str
    video: str
    inside: str | None
    fps: float
    distance: list[int]
    references: list[int]
    ms: list[float]
    figures: Figures

    def predicted(self) -> Iterator[int]:
        """Numbers of the frames that are not exact."""
        return (number for number, distance in enumerate(self.distance) if distance)


def video_file(folder: Path, clip: str) -> Path:
    """Where a run leaves the video of a clip."""
    return folder / f"{clip}.mp4"


def inside_file(folder: Path, clip: str) -> Path:
    """Where it leaves the video of what the block did in that clip, if it was asked for one."""
    return folder / "inside" / f"{clip}.mp4"


def read_clips(folder: Path, methods: Sequence[str], names: Sequence[str], alone: Sequence[str]) -> list[PlayedClip]:
    """The clips of a run in its order.

    Args:
        folder: of the run's results, with frames.csv and one video per clip.
        methods, names: whose figures to read and which; those that frames.csv has are.
        alone: the names that are no distance to the teacher's picture.

    Raises:
        OSError: frames.csv or a video is missing or unreadable.
    """
    with (folder / "frames.csv").open(newline="") as file:
        reader = csv.DictReader(file)
        columns = [(n, m) for n in names for m in methods if f"{m}_{n}" in (reader.fieldnames or [])]
        return [_clip(folder, name, list(rows), columns, alone) for name, rows in groupby(reader, lambda r: r["clip"])]


def _clip(
    folder: Path, name: str, rows: list[Row], columns: Sequence[tuple[str, str]], alone: Sequence[str]
) -> PlayedClip:
    path, inside = video_file(folder, name), inside_file(folder, name)
    figures: Figures = {}
    for figure, method in columns:
        figures.setdefault(figure, {})[method] = [_value(row, figure, method, figure in alone) for row in rows]
    return PlayedClip(
        name=name,
        video=quote(path.name),
        inside=quote(inside.relative_to(folder).as_posix()) if inside.is_file() else None,
        fps=_fps(path),
        distance=[int(row["distance"]) for row in rows],
        references=[number for number, row in enumerate(rows) if row["reference"] == "1"],
        ms=[float(row["ms"]) for row in rows],
        figures=figures,
    )


def _value(row: Row, figure: str, method: str, alone: bool) -> float | None:
    text = row[f"{method}_{figure}"]
    exact = float(row.get(f"{method}_psnr") or 0) >= PSNR_CAP_DB
    return None if not text or (exact and not alone) else float(text)


def _fps(path: Path) -> float:
    """Of a video that we wrote, whose frames all take equally long."""
    import av

    with av.open(str(path)) as container:
        return float(container.streams.video[0].average_rate)
