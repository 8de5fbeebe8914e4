"""Files of face parts, computed beforehand, for all clips of a run."""

import sys
from collections.abc import Sequence
from pathlib import Path

from data.clips import Clip
from data.frames import Size
from data.label_maps import FacePartMaps
from data.stream import frame_count, size_of


def open_face_parts(path: Path, clips: Sequence[Clip], size: Size | None, limit: int | None) -> dict[str, FacePartMaps]:
    """Name of a clip -> the maps of its face parts.

    Args:
        path: FILE.npy of the only clip, or a folder of <clip>.npy.
        size: (width, height) that frames are resized to; None: as for `size_of`.
        limit: most frames that are needed of each clip; None: all.

    Raises:
        FileNotFoundError, ValueError: a clip has no file of maps, or its maps do not fit its frames.
    """
    if path.is_file() and len(clips) > 1:
        names = ", ".join([f"{clip.name}.npy" for clip in clips[:3]] + ["..."] * (len(clips) > 3))
        raise ValueError(
            f"--parsing_map_path {path} is one file, but there are {len(clips)} clips: give a folder of {names}"
        )
    maps = {}
    for clip in clips:
        file, count = (
            path if path.is_file() else path / f"{clip.name}.npy",
            min(frame_count(clip), limit or sys.maxsize),
        )
        maps[clip.name] = FacePartMaps(file, size_of(clip, size), count)
    return maps
