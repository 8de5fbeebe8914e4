"""The skipped frames that a run got most wrong: a picture of each, and of the place of its largest error."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from util.report.clips import PlayedClip, frame_times
from util.report.record import SHORTCUT

STILL_PX = 768  # largest width of a still; a page with a dozen of them stays below a few MB
CROP_PX = 16, 160  # smallest and largest side of an error crop, which is half as long as the picture's shorter side
GAIN = 8  # how much brighter a difference is shown, unless the reader chooses another factor
QUALITY = 85  # of the page's WebP pictures, 0 to 100


@dataclass(frozen=True)
class WorstFrame:
    """clip: index of the page's clips; number: of the frame in its clip; psnr: of the Shortcut, dB."""

    clip: int
    number: int
    distance: int
    psnr: float


@dataclass(frozen=True)
class Shown:
    """Pictures of a frame as "data:" addresses.

    Args:
        still: input | teacher | Shortcut.
        crop: teacher | Shortcut | difference at the place of the largest error.
        box: that place in a panel of the video: left, top and side, px.
        size: (width, height) of a panel, px.
    """

    still: str
    crop: str
    box: tuple[int, int, int]
    size: tuple[int, int]


def worst_frames(clips: Iterable[PlayedClip], count: int) -> list[WorstFrame]:
    """The `count` frames of lowest PSNR, lowest first; at most one per reference, since its neighbours fail alike."""
    worst: dict[tuple[int, int], WorstFrame] = {}
    for index, clip in enumerate(clips):
        for number, psnr in enumerate(clip.figures.get("psnr", {}).get(SHORTCUT, [])):
            distance = clip.distance[number]
            key = index, number - distance
            if psnr is not None and (key not in worst or psnr < worst[key].psnr):
                worst[key] = WorstFrame(index, number, distance, psnr)
    return sorted(worst.values(), key=lambda frame: frame.psnr)[:count]


def pictures(path: Path, number: int) -> Shown:
    """Frame `number` of a video that shows input | teacher | Shortcut.

    Raises:
        ValueError: the video has fewer frames.
    """
    image = read_frame(path, number)
    teacher, shortcut = (image[:, i * image.shape[1] // 3 : (i + 1) * image.shape[1] // 3] for i in (1, 2))
    x, y, side = box = largest_error(teacher, shortcut)
    crops = [panel[y : y + side, x : x + side] for panel in (teacher, shortcut)]
    height, width = teacher.shape[:2]
    return Shown(_address(image), _address(np.hstack([*crops, difference(*crops)])), box, (width, height))


def largest_error(teacher: np.ndarray, shortcut: np.ndarray) -> tuple[int, int, int]:
    """Left, top and side in px of the square in which two pictures, uint8 [H, W, 3], differ most on average."""
    import cv2

    height, width = teacher.shape[:2]
    side = min(max(min(height, width) // 2, CROP_PX[0]), CROP_PX[1], height, width)
    error = np.abs(teacher.astype(np.float32) - shortcut).mean(axis=2)
    means = cv2.boxFilter(error, -1, (side, side), anchor=(0, 0))[: height - side + 1, : width - side + 1]
    y, x = np.unravel_index(int(means.argmax()), means.shape)
    return int(x), int(y), side


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Absolute difference of two pictures, uint8 [H, W, 3], `GAIN` times as bright."""
    return np.clip(GAIN * np.abs(one.astype(int) - other), 0, 255).astype(np.uint8)


def read_frame(path: Path, number: int) -> np.ndarray:
    """Frame `number` of a video, uint8 [H, W, 3] RGB.

    Raises:
        ValueError: the video has fewer frames.
    """
    import av

    _, times = frame_times(path)
    if number >= len(times):
        raise ValueError(f"{path} has no frame {number}")
    with path.open("rb") as file, av.open(file) as container:
        stream = container.streams.video[0]
        container.seek(int(times[number] / stream.time_base), stream=stream)
        frame = next(f for f in container.decode(stream) if f.time > times[number] - 1e-3)
    return frame.to_ndarray(format="rgb24")


def _address(image: np.ndarray) -> str:
    from PIL import Image

    picture, buffer = Image.fromarray(image), io.BytesIO()
    picture.thumbnail((STILL_PX, STILL_PX))
    picture.save(buffer, "WEBP", quality=QUALITY)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
