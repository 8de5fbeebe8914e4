"""Make a moving picture (animated WebP) of videos for a page such as the README.

    python scripts/moving_picture.py VIDEO... -o docs/demo.webp [--frames 30] [--width 840] [--quality 70]

The videos play below each other, all scaled to one width. Each has three parts side by side, as test.py writes them:
input, teacher, Shortcut. A line above the videos names the parts.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from data.video import VideoFrames, frame_rate  # noqa: E402
from util.files import prepare_folder, replacing  # noqa: E402
from util.runtime import finish  # noqa: E402

PARTS = ("input", "teacher", "Shortcut")
TITLE = 24  # pixels above the videos, for the names of the parts


def pictures(videos: Sequence[Path], count: int, width: int) -> list[np.ndarray]:
    """The first `count` frames of all videos, stacked: uint8 [H, width, 3] RGB each.

    Raises:
        ValueError: a video has fewer than `count` frames; the message names it.
    """
    sources = [VideoFrames(video) for video in videos]
    for source in sources:
        if len(source) < count:
            raise ValueError(f"{source.path} has {len(source)} frames, --frames asks for {count}")
    title = _title(width)
    return [np.concatenate([title, *(_resized(source.read(i), width) for source in sources)]) for i in range(count)]


def _title(width: int) -> np.ndarray:
    line = np.full((TITLE, width, 3), 255, np.uint8)
    for part, name in enumerate(PARTS):
        left = part * width // len(PARTS) + 4
        cv2.putText(line, name, (left, TITLE - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return line


def _resized(image: np.ndarray, width: int) -> np.ndarray:
    height = max(1, round(len(image) * width / image.shape[1]))
    smaller = width < image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def write_webp(path: Path, frames: Sequence[np.ndarray], rate: float, quality: int) -> None:
    """Write frames uint8 [H, W, 3] RGB as an animated WebP that repeats without end, at `rate` frames per second."""
    first, *others = [Image.fromarray(frame) for frame in frames]
    prepare_folder(path.parent)
    with replacing(path) as partial:
        duration = round(1000 / rate)  # ms of each frame
        first.save(partial, "WEBP", save_all=True, append_images=others, duration=duration, loop=0, quality=quality)


def main(argv: Sequence[str]) -> int:
    given = parse(argv)
    if min(given.frames, given.width) < 1 or not 0 <= given.quality <= 100:
        allowed = "--frames and --width must be at least 1, --quality between 0 and 100"
        raise ValueError(f"{allowed}, got {given.frames}, {given.width} and {given.quality}")
    rate = frame_rate(given.videos[0])
    write_webp(given.out, pictures(given.videos, given.frames, given.width), rate, given.quality)
    print(f"{given.out}: {given.frames} frames at {rate:g} per second, {given.out.stat().st_size / 1e6:.2f} MB")
    return 0


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="moving_picture.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("videos", metavar="VIDEO", nargs="+", type=Path, help="a video of test.py")
    parser.add_argument("-o", "--out", metavar="WEBP", type=Path, required=True, help="where the picture goes")
    parser.add_argument("--frames", type=int, default=30, help="the first frames of every video (default %(default)s)")
    parser.add_argument("--width", type=int, default=840, help="pixels, of the picture (default %(default)s)")
    parser.add_argument("--quality", type=int, default=70, help="0 (small file) to 100 (default %(default)s)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    finish("moving_picture.py", lambda: main(sys.argv[1:]))
