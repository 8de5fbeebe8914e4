"""The label map that belongs to a video frame."""

from pathlib import Path

import numpy as np

from data.clips import missing
from data.frames import Size, fit, read_frame
from util.label_colours import resize_labels


def ground_truth_of(frame: Path, folder: Path) -> Path:
    """The label map in `folder` of a frame named <clip>_<number>.jpg.

    Called like its frame, with "_centered" appended, or in a folder of its clip, as the published evaluations have it.

    Raises:
        FileNotFoundError: there is none; the message says what was looked for.
    """
    clip = frame.stem.split("_")[0]
    names = [f"{frame.stem}.png", f"{frame.stem}_centered.png", f"{clip}/{frame.stem}.png"]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise missing(f"no ground truth for frame {frame.name}", "\n  ".join(str(folder / name) for name in names))


def read_labels(path: Path, size: Size | None) -> np.ndarray:
    """uint8 [H, W, 3] RGB at `size` (width, height), no colours mixed; with None cut as `fit` cuts its frame.

    Raises:
        UnreadableFrame: naming `path`.
    """
    labels = read_frame(path)
    return fit(labels, None) if size is None else resize_labels(labels, size)
