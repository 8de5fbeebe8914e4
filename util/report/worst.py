"""The frames that a Shortcut predicts worst, and how they look."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from util.report.clips import PlayedClip
from util.report.methods import SHORTCUT

STILL_PX = 768  # largest width of a still; a page with a dozen of them stays below a few MB


@dataclass(frozen=True)
class WorstFrame:
    """psnr in dB; clip and number index the page's clips and the clip's frames."""

    clip: int
    number: int
    distance: int
    psnr: float


def worst_frames(clips: Iterable[PlayedClip], count: int) -> list[WorstFrame]:
    """The lowest PSNR first, at most one frame per reference: its neighbours fail for the same reason."""
    worst: dict[tuple[int, int], WorstFrame] = {}
    for index, clip in enumerate(clips):
        for number, psnr in enumerate(clip.figures.get("psnr", {}).get(SHORTCUT, [])):
            distance = clip.distance[number]
            key = index, number - distance
            if psnr is not None and (key not in worst or psnr < worst[key].psnr):
                worst[key] = WorstFrame(index, number, distance, psnr)
    return sorted(worst.values(), key=lambda frame: frame.psnr)[:count]


def still(path: Path, number: int) -> str:
    """Frame `number` of a video of constant rate, as the address of a JPEG that a page holds itself.

    Raises:
        ValueError: the video ends before it.
    """
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        time = number / stream.average_rate  # s
        container.seek(int(time / stream.time_base), stream=stream)
        half = 1 / (2 * stream.average_rate)
        frame = next((f for f in container.decode(stream) if f.time > time - half), None)
    if frame is None:
        raise ValueError(f"{path} has no frame {number}")
    image, buffer = frame.to_image(), io.BytesIO()
    image.thumbnail((STILL_PX, STILL_PX))
    image.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
