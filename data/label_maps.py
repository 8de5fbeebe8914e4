"""Segmentation maps that belong to the frames of a clip: class labels as ground truth, and parts of faces."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from data.clips import Clip, missing_data
from data.frames import Size, read_frame, resize_or_trim
from util import exchange
from util.viper import UnknownColours, nearest_class, resize_labels

FACE_PARTS = 19  # classes of BiSeNet's face parsing


def find_label_map(frame: Path, folder: Path) -> Path:
    """The label map in `folder` of a frame named <clip>_<number>.jpg.

    Its name is that of the frame, or that with "_centered" appended, or it lies in a folder named after the clip, as in
    the published evaluations.

    Raises:
        FileNotFoundError: there is none; the message lists the names that were tried.
    """
    clip = frame.stem.split("_")[0]
    names = [f"{frame.stem}.png", f"{frame.stem}_centered.png", f"{clip}/{frame.stem}.png"]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise missing_data(f"no ground truth for frame {frame.name}", "\n  ".join(str(folder / name) for name in names))


def read_label_map(path: Path, size: Size | None) -> np.ndarray:
    """Read a label map, uint8 [H, W, 3] RGB, resized to `size` (width, height) without mixing colours.

    With `size` None it is trimmed as `resize_or_trim` trims its frame.

    Raises:
        UnreadableFrame: the file is damaged; the message names `path`.
    """
    labels = read_frame(path)
    return resize_or_trim(labels, None) if size is None else resize_labels(labels, size)


class GroundTruth:
    """The true class of every pixel of a clip's frames.

    Args:
        folder: holds the label maps, see `find_label_map`; None if the frames are label maps themselves.
        fine_size: (width, height) that frames are resized to, None if they are trimmed to multiples of 8.
    """

    def __init__(self, folder: Path | None, fine_size: Size | None):
        self._folder, self._fine_size = folder, fine_size
        self._colours, self._resized = UnknownColours(), 0

    def paths(self, clip: Clip, limit: int | None = None) -> list[Path]:
        """The label map of each frame, or of the first `limit` frames.

        Raises:
            FileNotFoundError: a frame has no label map, or the clip is a video file, whose frames have no names.
        """
        if clip.video:
            raise FileNotFoundError(f"no ground truth for clip {clip.name}: frames of a video file have no names")
        frames = clip.frames[:limit]
        return list(frames) if self._folder is None else [find_label_map(frame, self._folder) for frame in frames]

    def ids(self, path: Path, size: Size) -> np.ndarray:
        """Class ids, uint8 [H, W], of the label map at `path` for a frame that is translated at `size` (width, height).

        Raises:
            UnreadableFrame: the file is damaged; the message names `path`.
        """
        labels = read_label_map(path, self._fine_size)
        if labels.shape[1::-1] != size:
            self._resized += 1
            labels = resize_labels(labels, size)
        self._colours.update(labels)
        return nearest_class(labels)

    def collect(self) -> None:
        """Add what all other processes have read to the main one's warnings. All processes call this."""
        for colours, resized in exchange.collect((self._colours, self._resized)):
            self._colours.merge(colours)
            self._resized += resized

    def warnings(self) -> list[str]:
        """What was unusual about the label maps read so far, one sentence each."""
        resized = f"{self._resized} label maps are not of their frames' size: resized, no colours mixed"
        return [text for text in (self._resized and resized, self._colours.warning()) if text]


class FacePartMaps:
    """maps[number] -> logits of the face parts in frame `number` of a clip, float32 [1, 19, H, W].

    The maps were computed beforehand, for example smoothed over time. One map is in memory at a time.

    Args:
        path: NumPy file [N, 19, H, W]; map 0 belongs to the clip's first frame.
        size: (width, height) at which the frames are translated.
        frames: number of frames to translate.

    Raises:
        FileNotFoundError: `path` does not exist.
        ValueError: `path` is another kind of file, or holds maps of another size or too few of them.

    Source: Yang et al., VToonify (2022), section 4.3.
    """

    def __init__(self, path: Path, size: Size, frames: int):
        if not path.is_file():
            raise FileNotFoundError(f"no file of face parts {path}")
        try:
            self._maps = np.lib.format.open_memmap(path, mode="r")
        except (ValueError, EOFError, OSError) as error:
            raise ValueError(f"{path} is no NumPy file of face parts, [N, {FACE_PARTS}, H, W]: {error}") from error
        shape, kind = self._maps.shape, self._maps.dtype
        if len(shape) != 4 or shape[1:] != (FACE_PARTS, size[1], size[0]) or kind.kind != "f":
            allowed = f"[N, {FACE_PARTS}, {size[1]}, {size[0]}], one map per frame as it is translated"
            raise ValueError(f"{path} must hold floating-point numbers {allowed}; got {kind} {list(shape)}")
        if shape[0] < frames:
            raise ValueError(f"{path} holds {shape[0]} maps, but {frames} frames are to be translated")

    def __getitem__(self, number: int) -> Tensor:
        return torch.from_numpy(np.array(self._maps[number : number + 1], np.float32))
