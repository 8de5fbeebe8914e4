"""How each dataset lies on disk.

A layout is a function (root, split) -> clips, with split "train" or "val". It raises FileNotFoundError, showing the
expected tree, rather than return nothing. A new dataset is one function here and one line in `data.DATASETS`.
"""

import re
from itertools import groupby
from pathlib import Path

from data.clips import (
    IMAGE_SUFFIXES,
    VIDEO_SUFFIXES,
    Clip,
    files,
    first_folder,
    images_in,
    missing,
    one_clip_per_subfolder,
    subfolders,
)

SNIPPET_FRAMES = 30  # length of a Cityscapes sequence snippet
CITYSCAPES_NAME = re.compile(r"(?P<city>.+)_(?P<sequence>\d+)_(?P<frame>\d+)_leftImg8bit")


def viper(root: Path, split: str) -> list[Clip]:
    """One clip per folder of Viper frames; `recyclegan_<split>` is looked for first, then plain `<split>`."""
    base = root / "Viper"
    tree = f"{base}/recyclegan_{split}/img/<clip>/*.jpg   or   {base}/{split}/img/<clip>/*.jpg"
    candidates = [base / f"recyclegan_{split}" / "img", base / split / "img"]
    return one_clip_per_subfolder(first_folder(candidates, tree), tree)


def cityscapes(root: Path, split: str) -> list[Clip]:
    """Snippets of at most 30 consecutive Cityscapes frames of one city and sequence number."""
    base = root / "Cityscapes_sequence" / "leftImg8bit" / split
    tree = f"{base}/<city>/<city>_<sequence>_<frame>_leftImg8bit.png"
    cities = subfolders(first_folder([base], tree))
    if not cities:
        raise missing(f"{base} holds no city folder", tree)
    return [clip for city in cities for clip in _snippets(images_in(city, tree), tree)]


def _snippets(images: tuple[Path, ...], tree: str) -> list[Clip]:
    clips, current, previous = [], [], None
    for path in images:
        match = CITYSCAPES_NAME.fullmatch(path.stem)
        if match is None:
            raise ValueError(f"{path} is not named like a Cityscapes frame; expected\n  {tree}")
        here = (match["city"], match["sequence"], int(match["frame"]))
        # Some cities are one sequence of thousands of numbers with a snippet here and there: a jump starts a new one.
        follows = previous is not None and here == (*previous[:2], previous[2] + 1)
        if not follows or len(current) == SNIPPET_FRAMES:
            current = []
            clips.append(current)
        current.append(path)
        previous = here
    return [Clip(snippet[0].stem.removesuffix("_leftImg8bit"), tuple(snippet)) for snippet in clips]


def label_a(root: Path, split: str) -> list[Clip]:
    """Domain A (video frames) of the Label/Viper sets: one flat folder, clips by the first three characters."""
    return _by_prefix(root / split / "A")


def label_b(root: Path, split: str) -> list[Clip]:
    """Domain B (label maps) of the Label/Viper sets: one flat folder, clips by the first three characters."""
    return _by_prefix(root / split / "B")


def _by_prefix(folder: Path) -> list[Clip]:
    tree = f"{folder}/<3 characters of the clip><rest>.png, for example 001_00001.png"
    images = sorted(images_in(first_folder([folder], tree), tree), key=lambda p: p.name[:3])  # stable: order stays
    return [Clip(prefix, tuple(group)) for prefix, group in groupby(images, key=lambda p: p.name[:3])]


def images_a(root: Path, split: str) -> list[Clip]:
    """Every image under <root>/<split>/A at any depth, one clip per folder: single images, in no time order."""
    return _searched(root / split / "A")


def images_b(root: Path, split: str) -> list[Clip]:
    """Every image under <root>/<split>/B at any depth, one clip per folder: single images, in no time order."""
    return _searched(root / split / "B")


def _searched(folder: Path) -> list[Clip]:
    tree = f"{folder}/**/*.png, images at any depth"
    folders = [first_folder([folder], tree)]
    for inner in folders:  # grows while it is walked
        folders += subfolders(inner)
    clips = [
        Clip(f.relative_to(folder.parent).as_posix(), found) for f in folders if (found := files(f, IMAGE_SUFFIXES))
    ]
    if not clips:
        raise missing(f"{folder} holds no image ({' '.join(sorted(IMAGE_SUFFIXES))})", tree)
    return clips


def folder(root: Path, split: str) -> list[Clip]:
    """<root>/<split>/<clip>/*, or <root>/<clip>/* without split folders; a folder of frames is a clip of its own."""
    tree = f"{root}/{split}/<clip>/*.png   or   {root}/<clip>/*.png   or   {root}/*.png"
    base = _split_folder(root, split, tree)
    images = files(base, IMAGE_SUFFIXES)
    return [Clip(base.resolve().name, images)] if images else one_clip_per_subfolder(base, tree)


def video_files(root: Path, split: str) -> list[Clip]:
    """A video file, or the video files of <root>/<split>/ or, without split folders, of <root>/."""
    if root.is_file():
        return [Clip(root.stem, video=root)]
    tree = f"a video file   or   {root}/{split}/*.mp4   or   {root}/*.mp4"
    base = _split_folder(root, split, tree)
    videos = files(base, VIDEO_SUFFIXES)
    if not videos:
        raise missing(f"{base} holds no video file ({' '.join(sorted(VIDEO_SUFFIXES))})", tree)
    stems = [v.stem for v in videos]
    return [Clip(v.name if stems.count(v.stem) > 1 else v.stem, video=v) for v in videos]


def _split_folder(root: Path, split: str, tree: str) -> Path:
    """<root>/<split>, or <root> if it is not split at all: asking for val must never serve the train set."""
    others = [name for name in ("train", "val") if (root / name).is_dir()]
    if others and split not in others:
        raise missing(f"{root} holds {others[0]}/ but no folder {split}/", tree)
    return first_folder([root / split, root], tree)
