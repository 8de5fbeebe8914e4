"""A clip, and helpers that list the folders of a dataset as clips."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.faces import Crop
from data.listing import IMAGE_SUFFIXES, check_one_series, in_words, list_folder


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

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it is read from."""
        return (self.video,) if self.video else self.frames

    def __post_init__(self):
        if bool(self.frames) == (self.video is not None):
            raise ValueError(f"clip {self.name!r} needs image files or one video file, got {self.frames, self.video}")


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
    listing = list_folder(folder)
    if not listing.images:
        deeper = [inner.name for inner in listing.folders if list_folder(inner).images]
        hint = f", but its folder {deeper[0]}/ does" if deeper else ""
        raise missing_data(f"{folder} holds no image ({in_words(IMAGE_SUFFIXES)}){hint}", tree)
    return listing.images


def one_clip(folder: Path, tree: str) -> Clip:
    """The images in `folder` as one clip, named after the folder.

    Raises:
        FileNotFoundError: there is none.
        ValueError: they are more than one clip, see `check_one_series`.
    """
    images = list_images(folder, tree)
    check_one_series(images)
    return Clip(folder.resolve().name if folder.name in {"", ".."} else folder.name, images)


def one_clip_per_subfolder(folder: Path, tree: str) -> list[Clip]:
    """One clip per subfolder of `folder`, named after the subfolder.

    Raises:
        FileNotFoundError: there is no subfolder, or one holds no image.
        ValueError: one holds more than one clip.
    """
    clips = [one_clip(subfolder, tree) for subfolder in list_folder(folder).folders]
    if not clips:
        raise missing_data(f"{folder} holds no clip folder", tree)
    return clips
