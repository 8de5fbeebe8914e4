"""A clip, and helpers that list the folders of a dataset as clips."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.faces import Crop

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".ppm"})
VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"})


@dataclass(frozen=True)
class Clip:
    """A video to translate or to train on: either image files in display order, or one video file.

    Args:
        name: unique within its dataset; results are named after it.
        frames: image files, first frame first.
        video: a file that PyAV can read.
        crop: the part of its frames that `data.stream` yields; None for whole frames.

    Raises:
        ValueError: both or neither of `frames` and `video` are given.
    """

    name: str
    frames: tuple[Path, ...] = ()
    video: Path | None = None
    crop: Crop | None = None

    def __post_init__(self):
        if bool(self.frames) == (self.video is not None):
            raise ValueError(f"clip {self.name!r} needs image files or one video file, got {self.frames, self.video}")


def natural_key(path: Path) -> tuple:
    """Sort key that compares digits as numbers: frame_2 comes before frame_10."""
    pieces = re.split(r"(\d+)", path.stem)
    return [int(p) if i % 2 else p for i, p in enumerate(pieces)], path.name


def list_files(folder: Path, suffixes: frozenset[str]) -> tuple[Path, ...]:
    """Files in `folder` that end in one of `suffixes`, in any case, in natural order. Hidden files are left out."""
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if not e.name.startswith(".") and e.is_file()]
    wanted = (folder / name for name in names if os.path.splitext(name)[1].lower() in suffixes)
    return tuple(sorted(wanted, key=natural_key))


def list_subfolders(folder: Path) -> list[Path]:
    """Folders directly in `folder`, in natural order. Hidden folders are left out."""
    with os.scandir(folder) as entries:
        names = [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]
    return sorted((folder / name for name in names), key=natural_key)


def missing_data(problem: str, tree: str) -> FileNotFoundError:
    """The error to raise for incomplete data: it states the problem and shows the expected folder tree."""
    return FileNotFoundError(f"{problem}; expected\n  {tree}")


def first_folder(candidates: Iterable[Path], tree: str) -> Path:
    """The first of `candidates` that exists.

    Raises:
        FileNotFoundError: none exists; the message names all of them and shows `tree`.
    """
    candidates = list(candidates)
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise missing_data(f"no folder {' and no folder '.join(map(str, candidates))}", tree)


def list_images(folder: Path, tree: str) -> tuple[Path, ...]:
    """Image files in `folder`, in natural order.

    Raises:
        FileNotFoundError: there is none. An empty clip is a mistake, not a clip.
    """
    images = list_files(folder, IMAGE_SUFFIXES)
    if not images:
        raise missing_data(f"{folder} holds no image ({' '.join(sorted(IMAGE_SUFFIXES))})", tree)
    return images


def one_clip_per_subfolder(folder: Path, tree: str) -> list[Clip]:
    """One clip per subfolder of `folder`, named after the subfolder.

    Raises:
        FileNotFoundError: there is no subfolder, or one holds no image.
    """
    clips = [Clip(subfolder.name, list_images(subfolder, tree)) for subfolder in list_subfolders(folder)]
    if not clips:
        raise missing_data(f"{folder} holds no clip folder", tree)
    return clips
