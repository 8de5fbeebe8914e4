"""A clip, and how the folders of a dataset are listed into clips."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.faces.crop import Crop

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".ppm"})
VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"})


@dataclass(frozen=True)
class Clip:
    """One continuous shot: either image files in display order, or one video file.

    Args:
        name: unique within its dataset; results are named after it.
        frames: image files, first frame first.
        video: a file read with PyAV.
        crop: the part of its frames that `data.stream` shows; None: all.
    """

    name: str
    frames: tuple[Path, ...] = ()
    video: Path | None = None
    crop: Crop | None = None

    def __post_init__(self):
        if bool(self.frames) == (self.video is not None):
            raise ValueError(f"clip {self.name!r} needs image files or one video file, got {self.frames, self.video}")


def natural_key(path: Path) -> tuple:
    """Sort key that reads digits as numbers, so that frame_2 comes before frame_10."""
    pieces = re.split(r"(\d+)", path.stem)
    return [int(p) if i % 2 else p for i, p in enumerate(pieces)], path.name


def files(folder: Path, suffixes: frozenset[str]) -> tuple[Path, ...]:
    """Files of `folder` with one of `suffixes` (any case), in natural order; hidden and other files are left out."""
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if not e.name.startswith(".") and e.is_file()]
    wanted = (folder / name for name in names if os.path.splitext(name)[1].lower() in suffixes)
    return tuple(sorted(wanted, key=natural_key))


def subfolders(folder: Path) -> list[Path]:
    """Folders directly in `folder`, in natural order; hidden ones are left out."""
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]
    return sorted((folder / name for name in names), key=natural_key)


def missing(problem: str, tree: str) -> FileNotFoundError:
    """An error that says what is missing and shows how the dataset should lie on disk."""
    return FileNotFoundError(f"{problem}; expected\n  {tree}")


def first_folder(candidates: Iterable[Path], tree: str) -> Path:
    """The first of `candidates` that is a folder.

    Raises:
        FileNotFoundError: none is; the message names them all and shows `tree`.
    """
    candidates = list(candidates)
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise missing(f"no folder {' and no folder '.join(map(str, candidates))}", tree)


def images_in(folder: Path, tree: str) -> tuple[Path, ...]:
    """Image files of `folder` in natural order.

    Raises:
        FileNotFoundError: there is none; an empty clip is a mistake, not a clip.
    """
    found = files(folder, IMAGE_SUFFIXES)
    if not found:
        raise missing(f"{folder} holds no image ({' '.join(sorted(IMAGE_SUFFIXES))})", tree)
    return found


def one_clip_per_subfolder(folder: Path, tree: str) -> list[Clip]:
    """A clip for every subfolder of `folder`, named after it.

    Raises:
        FileNotFoundError: no subfolder, or one without images.
    """
    clips = [Clip(sub.name, images_in(sub, tree)) for sub in subfolders(folder)]
    if not clips:
        raise missing(f"{folder} holds no clip folder", tree)
    return clips
