"""What the page shows of each clip, read back from frames.csv and the clip's video."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class PlayedClip:
    """One clip; the lists hold one entry per frame.

    Args:
        video: address relative to the page.
        fps: frames per second of the video.
        distance: frames back to the one it was predicted from, 0 = exact.
        references: numbers of the frames that were predicted from, ascending.
        psnr: series -> dB.
    """

    name: str
    video: str
    fps: float
    distance: list[int]
    references: list[int]
    ms: list[float]
    psnr: dict[str, list[float]]

    def predicted(self) -> Iterator[int]:
        """Numbers of the frames that are not exact."""
        return (number for number, distance in enumerate(self.distance) if distance)


def video_file(folder: Path, clip: str) -> Path:
    """Where a run leaves the video of a clip."""
    return folder / f"{clip}.mp4"


def read_clips(folder: Path, series: Sequence[str]) -> list[PlayedClip]:
    """The clips of a run in its order.

    Args:
        folder: of the run's results, with frames.csv and one video per clip.
        series: whose PSNR to read; none for a run that was not compared with a teacher.

    Raises:
        OSError: frames.csv or a video is missing or unreadable.
    """
    with (folder / "frames.csv").open(newline="") as file:
        return [_clip(folder, name, list(rows), series) for name, rows in groupby(csv.DictReader(file), _name)]


def _name(row: dict[str, str]) -> str:
    return row["clip"]


def _clip(folder: Path, name: str, rows: list[dict[str, str]], series: Sequence[str]) -> PlayedClip:
    path = video_file(folder, name)
    distance = [int(row["distance"]) for row in rows]
    return PlayedClip(
        name=name,
        video=quote(path.name),
        fps=_fps(path),
        distance=distance,
        references=sorted({number - back for number, back in enumerate(distance)}),
        ms=[float(row["ms"]) for row in rows],
        psnr={one: [float(row[f"{one}_psnr"]) for row in rows] for one in series},
    )


def _fps(path: Path) -> float:
    """Of a video that we wrote, whose frames all take equally long."""
    import av

    with av.open(str(path)) as container:
        return float(container.streams.video[0].average_rate)
