"""The videos and frames that Python code gives: paths, arrays, pictures, tensors."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from torch import Tensor

from data import find_clips
from data.clips import Clip
from data.frames import Size, resize_or_trim
from data.listing import list_folder
from data.loader import load_batches
from data.pairs import PairDataset
from data.stream import frames
from util.image import to_tensor
from util.picture import Picture, is_one, pixels_of

Place = str | os.PathLike[str]
NEAR = 12  # frames between the two of a pair, at most: for every interval up to 13


def clips_of(videos: Place | Iterable[Place]) -> list[Clip]:
    """The clips of one path or of several: a video, a folder of videos, of pictures, or of folders of pictures.

    A folder with train/ and val/ is read as its train/.

    Raises:
        FileNotFoundError: there is nothing of the kind.
    """
    paths = [Path(os.fspath(videos))] if isinstance(videos, str | os.PathLike) else list(map(Path, videos))
    if not paths:
        raise FileNotFoundError("no video was given")
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or folder")
    return [clip for path in paths for clip in find_clips(_layout(path), path, "train")]


def _layout(path: Path) -> str:
    folders = [path / "train", path] if path.is_dir() else []
    return "videofile" if any(list_folder(one).videos for one in folders if one.is_dir()) else "frames"


def example_frames(example: Place | Picture | Iterable[Picture], size: Size | None, limit: int = 9) -> list[Tensor]:
    """At most `limit` frames [1, 3, H, W] in [-1, 1] of a video or of frames of any kind (`util.picture`).

    Args:
        size: (width, height) to which they are resized; None: their own, trimmed to multiples of 8.
    """
    if isinstance(example, str | os.PathLike):
        return list(frames(clips_of(example)[0], size, limit))
    given = [example] if is_one(example) else islice(example, limit)  # pyright: ignore[reportArgumentType]
    pixels = [pixels_of(frame)[0] for frame in given]
    if not pixels:
        raise ValueError("no frame was given")
    return [to_tensor(resize_or_trim(one, size))[None] for one in pixels]


def batches_of_pairs(
    clips: list[Clip], size: Size, batch_size: int, steps: int, start: int = 0, flip: bool = True
) -> Iterator[dict]:
    """`steps` batches of pairs of frames, the steps after `start`, each with "reference" and "current" [N, 3, H, W].

    Args:
        size: (width, height) of the crops. Frames are resized to 17/16 of it before.

    Raises:
        ValueError: a number is below 1, or a clip has one frame.
    """
    if min(steps, batch_size) < 1:
        raise ValueError(f"steps and batch_size must be at least 1, got {steps} and {batch_size}")
    clips = clips * -(-batch_size // len(clips))  # an epoch is one pair of each clip, and fills a batch
    load = size[0] + size[0] // 16, size[1] + size[1] // 16
    dataset = PairDataset(clips, NEAR, load, size, flip, gaps="near")
    epochs = -(-(start + steps) // -(-len(clips) // batch_size))
    return islice(load_batches(dataset, batch_size, epochs, 0, start), steps)
