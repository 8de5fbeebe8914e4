"""Where real videos of a dataset's target domain lie."""

from pathlib import Path

from data import find_clips
from data.clips import Clip
from data.layouts import cityscapes, label_a
from data.listing import list_folder

REAL = {"v2c": cityscapes, "l2v": label_a}  # dataset -> layout of its target domain


def real_clips(dataset: str, root: Path, split: str) -> list[Clip]:
    """The real clips beside a dataset in `root`; none if it keeps none there."""
    try:
        return REAL[dataset](root, split)
    except (KeyError, FileNotFoundError):
        return []


def clips_in(path: Path, split: str) -> list[Clip]:
    """The clips of a video file, of a folder of video files, or of a folder of clip folders; `split` as for layouts.

    Raises:
        FileNotFoundError: there is no clip.
    """
    holds_videos = path.is_file() or list_folder(path).videos
    return find_clips("videofile" if holds_videos else "frames", path, split)
