"""A contact sheet of videos: one row a clip, its frames from the first to the last.

    python scripts/contact_sheet.py VIDEO_OR_RUN... -o sheet.png [--columns 6] [--width 320]

A RUN is a folder with video files, such as the results of test.py.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from data.listing import list_folder  # noqa: E402
from data.video import VideoFrames  # noqa: E402
from util.files import prepare_folder  # noqa: E402
from util.image import write_png  # noqa: E402
from util.runtime import finish  # noqa: E402

GAP = 4  # white pixels between frames
TITLE = 16  # pixels above a row, for the file's name


def sheet(videos: Sequence[Path], columns: int, width: int) -> np.ndarray:
    """uint8 [H, W, 3] RGB: `columns` frames of each video, each `width` pixels wide."""
    return np.concatenate([row(VideoFrames(video), str(video), columns, width) for video in videos])


def row(video: VideoFrames, title: str, columns: int, width: int) -> np.ndarray:
    """Frames at equal distances, the first and the last among them, below the title and the frames' numbers.

    A video of fewer frames than `columns` leaves the rest of its row white.
    """
    numbers = np.unique(np.linspace(0, len(video) - 1, columns).round().astype(int))
    shown = [_narrowed(video.read(int(number)), width) for number in numbers]
    height = len(shown[0])
    out = np.full((TITLE + height + GAP, columns * (width + GAP) - GAP, 3), 255, np.uint8)
    _write(out, title, 2)
    for column, (number, image) in enumerate(zip(numbers, shown, strict=True)):
        left = column * (width + GAP)
        out[TITLE : TITLE + height, left : left + width] = image
        _write(out[TITLE:], str(number), left + 2)
    return out


def videos_in(given: Path) -> list[Path]:
    """The video files of a folder, in natural order, or the file itself.

    Raises:
        FileNotFoundError: there is none.
    """
    found = list(list_folder(given).videos) if given.is_dir() else [given] if given.is_file() else []
    if not found:
        raise FileNotFoundError(f"{given} is neither a video file nor a folder with video files")
    return found


def _narrowed(image: np.ndarray, width: int) -> np.ndarray:
    height = max(1, round(len(image) * width / image.shape[1]))
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _write(image: np.ndarray, text: str, left: int) -> None:
    """Black text with a white outline, at the top of the image, in place."""
    for colour, thickness in (((255, 255, 255), 3), ((0, 0, 0), 1)):
        cv2.putText(image, text, (left, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, thickness, cv2.LINE_AA)


def main(argv: Sequence[str]) -> int:
    given = parse(argv)
    if min(given.columns, given.width) < 1:
        raise ValueError(f"--columns and --width must be at least 1, got {given.columns} and {given.width}")
    videos = [video for path in given.paths for video in videos_in(path)]
    picture = sheet(videos, given.columns, given.width)
    prepare_folder(given.out.parent)
    write_png(given.out, picture)
    print(f"{given.out}: {len(videos)} videos, {picture.shape[1]} x {picture.shape[0]} pixels")
    return 0


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="contact_sheet.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", metavar="VIDEO_OR_RUN", nargs="+", type=Path, help="a video file, or a folder of some")
    parser.add_argument("-o", "--out", metavar="PNG", type=Path, required=True, help="where the sheet goes")
    parser.add_argument("--columns", type=int, default=6, help="frames of every video (default %(default)s)")
    parser.add_argument("--width", type=int, default=320, help="pixels, of every frame (default %(default)s)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    finish("contact_sheet.py", lambda: main(sys.argv[1:]))
