"""Faces as clips: the same frames, cut to one face; and whole frames with the translated faces pasted back."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.clips import Clip
from data.faces.detectors import Detector
from data.faces.paste import write_pasted
from data.faces.tracker import FaceTracker
from data.stream import Tell, fps_of, uncropped_frames, uncropped_images
from data.video.timed import Timed
from util.report.clips import face_name, video_file, whole_name


class FaceClips(NamedTuple):
    """A clip, its tracked faces, and one clip per face: the same frames, cut to the crop of that face."""

    clip: Clip
    tracker: FaceTracker
    faces: tuple[Clip, ...]


def cut_faces(clip: Clip, detect: Detector, **tracking) -> FaceClips:
    """Find the faces of a clip. With several, their clips are named <clip>_face1, <clip>_face2, ...

    Args:
        tracking: further arguments of `FaceTracker`.

    Raises:
        ValueError: the clip has no face, unless `no_face` is "pass"; the message names the clip.
    """
    try:
        tracker = FaceTracker(partial(uncropped_images, clip), detect, **tracking)
    except ValueError as error:
        raise ValueError(f"clip {clip.name}: {error}") from error
    crops = [face.crop for face in tracker.faces]
    names = [clip.name] if len(crops) == 1 else [face_name(clip.name, n) for n in range(1, len(crops) + 1)]
    faces = tuple(Clip(name, clip.frames, clip.video, crop) for name, crop in zip(names, crops, strict=True))
    return FaceClips(clip, tracker, faces)


def aligned_faces(found: Iterable[FaceClips]) -> list[np.ndarray]:
    """The inputs of the style encoder, one uint8 [256, 256, 3] per face."""
    return [face.aligned for one in found for face in one.tracker.faces]


def first_aligned_face(clips: Iterable[Clip], detect: Detector) -> np.ndarray | None:
    """The first face in the clips, aligned, uint8 [256, 256, 3]; None if there is none."""
    for clip in clips:
        if faces := FaceTracker(partial(uncropped_images, clip), detect, scale=False, no_face="pass").faces:
            return faces[0].aligned
    return None


def write_whole_frames(
    found: Sequence[FaceClips],
    folder: Path,
    fps: float,
    limit: int | None = None,
    factor: int = 1,
    tell: Tell | None = None,
) -> None:
    """Write <clip>_whole.mp4 for every clip, with the translated faces pasted into frames `factor` times as large.

    A clip without a face is written unchanged, whatever the factor.

    Args:
        folder: holds the videos of the translated faces; the new videos are written here too.
        fps: frames per second of a clip of image files.
        limit: write this many frames of each clip at most; None: all.
        tell: as for `data.stream.uncropped_frames`.
    """
    for clip, tracker, faces in found:
        stylised = [video_file(folder, face.name) for face in faces]
        path, film = video_file(folder, whole_name(clip.name)), Timed(uncropped_frames(clip, tell))
        write_pasted(path, tracker, stylised, factor if faces else 1, fps_of(clip) or fps, limit, film)
