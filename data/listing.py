"""Lists folders in natural order, says what of them is not read, and refuses pictures that are more than one clip."""

import os
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from util.files import as_text

IMAGE_SUFFIXES = frozenset(".png .jpg .jpeg .bmp .ppm .webp .tif .tiff".split())
VIDEO_SUFFIXES = frozenset(
    ".mp4 .m4v .mov .qt .avi .mkv .webm .mpg .mpeg .m2v .ts .m2ts .mts .wmv .asf .flv .f4v .ogv .gif .3gp .3g2 .vob "
    ".y4m .mxf .dv .nut .ivf".split()
)
# What operating systems, archives and file servers leave in folders, in small letters.
LEFTOVERS = frozenset(
    {"__macosx", "@eadir", "#recycle", "@recycle", "$recycle.bin", "system volume information", "lost+found"}
    | {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
)
# Texts that lie beside data and are none.
TEXTS = frozenset(
    ".txt .md .rst .json .yaml .yml .toml .csv .tsv .xml .html .pdf .log .ini .srt .vtt .nfo .url .md5 .sha256".split()
)
NUMBER = re.compile(r"((?<![\d.])\d+\.\d+(?!\.?\d)|\d+)")  # a decimal, or digits; 1.2.3 is no decimal
SHOWN = 3  # names of each kind in a message


class Listing(NamedTuple):
    """The entries of a folder, each kind in natural order. Hidden ones and LEFTOVERS are left out.

    others: files that are neither pictures nor videos; dead_links: they lead nowhere.
    """

    images: tuple[Path, ...]
    videos: tuple[Path, ...]
    folders: tuple[Path, ...]
    others: tuple[Path, ...]
    dead_links: tuple[Path, ...]


def list_folder(folder: Path) -> Listing:
    """List what `folder` holds, by kind.

    Raises:
        OSError: it is no folder, or it cannot be read.
    """
    found: dict[str, list[Path]] = {kind: [] for kind in Listing._fields}
    for name in os.listdir(folder):
        if not name.startswith(".") and name.lower() not in LEFTOVERS:
            found[_kind(folder / name)].append(folder / name)
    return Listing(**{kind: tuple(sorted(paths, key=natural_key)) for kind, paths in found.items()})


def _kind(path: Path) -> str:
    if os.path.isdir(path):
        return "folders"
    if not os.path.exists(path):  # a link to nothing, or links in a circle
        return "dead_links"
    suffix = path.suffix.lower() if path.is_file() else ""
    return "images" if suffix in IMAGE_SUFFIXES else "videos" if suffix in VIDEO_SUFFIXES else "others"


def natural_key(path: Path) -> tuple:
    """Sort key that compares digits as numbers, and decimals as such: frame_0.25, frame_0.5, frame_2, frame_10."""
    pieces = NUMBER.split(path.stem)
    return [Fraction(p) if i % 2 else p.casefold() for i, p in enumerate(pieces)], path.name


def check_one_series(images: Sequence[Path]) -> None:
    """Refuse the pictures of a folder if two of them are the same frame: the folder then holds more than one clip.

    Two pictures are the same frame if the numbers in their names are equal. Where the names have no numbers, or all
    have the same, two are the same frame if their names without suffix are equal.

    Raises:
        ValueError: the message shows both readings.
    """
    numbers = [tuple(map(Fraction, NUMBER.findall(path.stem))) for path in images]
    frames: dict[object, list[Path]] = {}
    for path, key in zip(images, numbers, strict=True):
        frames.setdefault(key if key and len(set(numbers)) > 1 else path.stem, []).append(path)
    twins = next((paths for paths in frames.values() if len(paths) > 1), None)
    if twins is None:
        return
    series = [_series(path) for path in images]
    kinds = [f"{series.count(kind)} like {kind}" for kind in dict.fromkeys(map(_series, twins))]
    readings = " and ".join(kinds) if len(kinds) > 1 else f"{twins[0].name} and {twins[1].name}"
    raise ValueError(
        f"{twins[0].parent} holds the same frames twice, {readings}: one clip of {len(images)} frames, or two clips, "
        "or pictures with their masks? Move one series into a folder of its own"
    )


def _series(path: Path) -> str:
    return re.sub(r"\d+", "#", path.stem) + path.suffix


def unused(root: Path, used: Iterable[Path]) -> list[str]:
    """What looks like data beside the files that are used and is not used itself, as one line of text, or as none.

    Looked through are the folders that hold a used file, and the files in the folders above them, up to `root`.

    Args:
        root: the dataset's folder. Nothing belongs to a `root` that is a file.
        used: files below `root`.
    """
    used = set(used)
    holders = {path.parent for path in used}
    above = {folder for holder in holders for folder in holder.parents if folder == root or root in folder.parents}
    left: dict[str, list[str]] = {}
    for folder in sorted(holders | above) if root.is_dir() else ():
        listing = list_folder(folder)
        files = [path for path in (*listing.images, *listing.videos, *listing.others) if path not in used]
        folders = [] if folder not in holders else [f for f in listing.folders if f not in holders | above]
        kinds = [*((_kind_in_words(path), path) for path in files if path.suffix.lower() not in TEXTS)]
        kinds += [("folder", path) for path in folders] + [("dead link", path) for path in listing.dead_links]
        for kind, path in kinds:
            left.setdefault(kind, []).append(os.path.relpath(path, root))
    found = [f"{len(names)} {kind}{'s' * (len(names) > 1)} ({some(names)})" for kind, names in left.items()]
    return [as_text(f"not used of {root}: {', '.join(found)}")] if found else []


def _kind_in_words(path: Path) -> str:
    suffix = path.suffix.lower()
    known = "picture" if suffix in IMAGE_SUFFIXES else "video" if suffix in VIDEO_SUFFIXES else None
    return known or (f"{suffix} file" if suffix else "file without suffix")


def some(names: Sequence[str]) -> str:
    """The first names, and "..." if there are more."""
    return ", ".join([*names[:SHOWN], *["..."] * (len(names) > SHOWN)])


def in_words(suffixes: Iterable[str]) -> str:
    """The suffixes in alphabetical order, for a message."""
    return " ".join(sorted(suffixes))
