"""The label maps that belong to video frames."""

from pathlib import Path

import numpy as np

from data.clips import Clip, missing
from data.frames import Size, fit, read_frame
from util.viper import UnknownColours, nearest_class, resize_labels


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


class GroundTruth:
    """Which class each pixel of a clip's frames is meant to show.

    Args:
        folder: of the label maps, see `ground_truth_of`; None: the frames are label maps themselves.
        fine_size: (width, height) that frames are resized to, None if they are cut as `fit` does.
    """

    def __init__(self, folder: Path | None, fine_size: Size | None):
        self._folder, self._fine_size = folder, fine_size
        self._colours, self._resized = UnknownColours(), 0

    def paths(self, clip: Clip, limit: int | None = None) -> list[Path]:
        """The label map of each frame, or of the first `limit`.

        Raises:
            FileNotFoundError: a frame has none, or the clip is a video file, whose frames have no names.
        """
        if clip.video:
            raise FileNotFoundError(f"no ground truth for clip {clip.name}: frames of a video file have no names")
        frames = clip.frames[:limit]
        return list(frames) if self._folder is None else [ground_truth_of(frame, self._folder) for frame in frames]

    def ids(self, path: Path, size: Size) -> np.ndarray:
        """Class ids uint8 [H, W] of a label map, for a frame that is translated at `size` (width, height).

        Raises:
            UnreadableFrame: naming `path`.
        """
        labels = read_labels(path, self._fine_size)
        if labels.shape[1::-1] != size:
            self._resized += 1
            labels = resize_labels(labels, size)
        self._colours.update(labels)
        return nearest_class(labels)

    def warnings(self) -> list[str]:
        """What to know of all label maps read so far, one sentence each."""
        resized = f"{self._resized} label maps are not of their frames' size: resized, no colours mixed"
        return [text for text in (self._resized and resized, self._colours.warning()) if text]
