"""The folder layout of each dataset.

A layout is a function (root, split) -> clips; the split is "train" or "val". Where it finds no clip it raises
FileNotFoundError and shows the expected tree. To add a dataset, write one function here and add one line to
`data.DATASETS`.
"""

import os
import re
from itertools import groupby
from pathlib import Path

from data.clips import Clip, first_folder, list_images, missing_data, one_clip, one_clip_per_subfolder
from data.listing import IMAGE_SUFFIXES, VIDEO_SUFFIXES, check_one_series, in_words, list_folder, some

SNIPPET_FRAMES = 30  # frames of a Cityscapes sequence snippet
CITYSCAPES_NAME = re.compile(r"(?P<city>.+)_(?P<sequence>\d+)_(?P<frame>\d+)_leftImg8bit")


def viper(root: Path, split: str) -> list[Clip]:
    """One clip per folder of Viper frames, in `recyclegan_<split>` or else in `<split>`."""
    base = root / "Viper"
    tree = f"{base}/recyclegan_{split}/img/<clip>/*.jpg   or   {base}/{split}/img/<clip>/*.jpg"
    candidates = [base / f"recyclegan_{split}" / "img", base / split / "img"]
    return one_clip_per_subfolder(first_folder(candidates, tree), tree)


def cityscapes(root: Path, split: str) -> list[Clip]:
    """One clip per Cityscapes snippet: at most 30 consecutive frames of one city and sequence number."""
    base = root / "Cityscapes_sequence" / "leftImg8bit" / split
    tree = f"{base}/<city>/<city>_<sequence>_<frame>_leftImg8bit.png"
    cities = list_folder(first_folder([base], tree)).folders
    if not cities:
        raise missing_data(f"{base} holds no city folder", tree)
    return [clip for city in cities for clip in _snippets(list_images(city, tree), tree)]


def _snippets(images: tuple[Path, ...], tree: str) -> list[Clip]:
    snippets: list[list[Path]] = []
    previous = None
    for path in images:
        match = CITYSCAPES_NAME.fullmatch(path.stem)
        if match is None:
            raise ValueError(f"{path} is not named like a Cityscapes frame; expected\n  {tree}")
        here = (match["city"], match["sequence"], int(match["frame"]))
        # Some cities are one sequence with gaps in its frame numbers: each gap starts a new snippet.
        follows = previous is not None and here == (*previous[:2], previous[2] + 1)
        if not follows or len(snippets[-1]) == SNIPPET_FRAMES:
            snippets.append([])
        snippets[-1].append(path)
        previous = here
    return [Clip(snippet[0].stem.removesuffix("_leftImg8bit"), tuple(snippet)) for snippet in snippets]


def label_a(root: Path, split: str) -> list[Clip]:
    """Domain A (video frames) of the Label/Viper sets: a flat folder; frames of a clip share their first 3 letters."""
    return _group_by_prefix(root / split / "A")


def label_b(root: Path, split: str) -> list[Clip]:
    """Domain B (label maps) of the Label/Viper sets: a flat folder; maps of a clip share their first 3 letters."""
    return _group_by_prefix(root / split / "B")


def _group_by_prefix(folder: Path) -> list[Clip]:
    tree = f"{folder}/<3 characters of the clip><rest>.png, for example 001_00001.png"
    images = sorted(list_images(first_folder([folder], tree), tree), key=lambda p: p.name[:3])  # stable: order stays
    clips = [Clip(prefix, tuple(group)) for prefix, group in groupby(images, key=lambda p: p.name[:3])]
    for clip in clips:
        check_one_series(clip.frames)
    return clips


def images_a(root: Path, split: str) -> list[Clip]:
    """One clip per folder with images at any depth below <root>/<split>/A. The images need not be in time order."""
    return _images_at_any_depth(root / split / "A")


def images_b(root: Path, split: str) -> list[Clip]:
    """One clip per folder with images at any depth below <root>/<split>/B. The images need not be in time order."""
    return _images_at_any_depth(root / split / "B")


def _images_at_any_depth(folder: Path) -> list[Clip]:
    tree = f"{folder}/**/*.png, images at any depth"
    folders, clips = [first_folder([folder], tree)], []
    seen = {os.path.realpath(folder)}  # a link may lead back to a folder above it
    for inner in folders:  # the list grows during the walk
        listing = list_folder(inner)
        new = [f for f in listing.folders if os.path.realpath(f) not in seen]
        seen |= {os.path.realpath(f) for f in new}
        folders += new
        if listing.images:
            clips.append(Clip(inner.relative_to(folder.parent).as_posix(), listing.images))
    if not clips:
        raise missing_data(f"{folder} holds no image ({in_words(IMAGE_SUFFIXES)})", tree)
    return clips


def folder(root: Path, split: str) -> list[Clip]:
    """Clips in <root>/<split>/<clip>/ or <root>/<clip>/; a folder that holds images itself is one clip.

    One image beside clip folders is no clip: it is a preview, or the like.

    Raises:
        ValueError: there are several images beside clip folders.
    """
    tree = f"{root}/{split}/<clip>/*.png   or   {root}/<clip>/*.png   or   {root}/*.png"
    base = _split_folder(root, split, tree)
    here = list_folder(base)
    clips = [inner for inner in here.folders if list_folder(inner).images]
    if clips and len(here.images) > 1:
        images, folders = (some([path.name for path in paths]) for paths in (here.images, clips))
        raise ValueError(
            f"{base} holds {len(here.images)} images ({images}) and {len(clips)} clip folders ({folders}): one clip of "
            "the images, or the clips of the folders? Move one of the two elsewhere"
        )
    return [one_clip(base, tree)] if here.images and not clips else one_clip_per_subfolder(base, tree)


def video_files(root: Path, split: str) -> list[Clip]:
    """One clip per video file: `root` itself, or the files in <root>/<split>/, or those in <root>/."""
    if root.is_file():
        return [Clip(root.stem, video=root)]
    tree = f"a video file   or   {root}/{split}/*.mp4   or   {root}/*.mp4"
    base = _split_folder(root, split, tree)
    videos = list_folder(base).videos
    if not videos:
        raise missing_data(f"{base} holds no video file ({in_words(VIDEO_SUFFIXES)})", tree)
    stems = [v.stem for v in videos]
    return [Clip(v.name if stems.count(v.stem) > 1 else v.stem, video=v) for v in videos]


def _split_folder(root: Path, split: str, tree: str) -> Path:
    """<root>/<split>, or <root> if it holds no split folder. A request for val must never return the training set."""
    others = [name for name in ("train", "val") if (root / name).is_dir()]
    if others and split not in others:
        raise missing_data(f"{root} holds {others[0]}/ but no folder {split}/", tree)
    return first_folder([root / split, root], tree)
