"""Finds out whether a folder is one of videos or one of pictures, for those who did not say it."""

from pathlib import Path
from typing import NamedTuple

from data.listing import Listing, list_folder, some

SPLITS = ("train", "val")


class Detected(NamedTuple):
    """mode: a key of `data.DATASETS`; what: what was found, in words."""

    mode: str
    what: str


def detect(root: Path, split: str) -> Detected | None:
    """What `root` is: a video file, a folder of videos, or one of pictures or clip folders.

    None: a dataset with a layout of its own, folders of which only some hold pictures, or nothing that can be read. The
    layout then says what is missing.

    Args:
        split: "train" or "val"; <root>/<split> is looked into if it is there.

    Raises:
        ValueError: it is both, or its videos lie deeper; the message shows the choice.
    """
    if root.is_file():
        return Detected("videofile", "a video file")
    if not root.is_dir() or (root / "Viper").is_dir() or any((root / s / d).is_dir() for s in SPLITS for d in "AB"):
        return None
    base = next((root / name for name in (split, *SPLITS) if (root / name).is_dir()), root)
    here = list_folder(base)
    inside = {folder: list_folder(folder) for folder in here.folders}
    clips = [folder.name for folder, listing in inside.items() if listing.images]
    if here.videos and (clips or len(here.images) > 1):
        raise ValueError(
            f"{base} holds {_videos(here)} and also {_pictures(here, clips)}: "
            "give --dataset_mode videofile for the videos, or frames for the pictures"
        )
    if here.videos:
        return Detected("videofile", f"a folder of {_videos(here)}")
    if here.images or (clips and len(clips) == len(inside)):
        return Detected("frames", f"a folder of {_pictures(here, clips)}")
    if deeper := [folder.name for folder, listing in inside.items() if listing.videos]:
        raise ValueError(f"{base} holds no video, but its folders do: {some(deeper)}; give one of them")
    return None


def _videos(listing: Listing) -> str:
    return _counted(len(listing.videos), "video", [path.name for path in listing.videos])


def _pictures(listing: Listing, clips: list[str]) -> str:
    if clips:
        return _counted(len(clips), "clip folder", clips)
    return _counted(len(listing.images), "picture", [path.name for path in listing.images])


def _counted(count: int, thing: str, names: list[str]) -> str:
    return f"{count} {thing}{'s' * (count > 1)} ({some(names)})"
