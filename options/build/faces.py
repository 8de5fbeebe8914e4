"""From options to the faces of clips: each face becomes a clip, and its translation is pasted back."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from torch import Tensor

from data.clips import Clip
from data.faces.detectors import Detector, Dlib68, Mtcnn
from data.faces.paste import write_pasted
from data.faces.tracker import FaceTracker
from data.label_maps import FacePartMaps
from data.stream import fps_of, frame_count, size_of, uncropped_images
from models.teachers.vtoonify.styled import PARSING_SCALE
from options.build.teacher import only_face, wants_face
from options.flags.faces import padding_of
from options.record import Options
from util.report.clips import video_file


class FaceClips(NamedTuple):
    """A clip, its tracked faces, and one clip per face: the same frames, cut to the crop of that face."""

    clip: Clip
    tracker: FaceTracker
    faces: tuple[Clip, ...]


def find_faces(opt: Options, clips: Sequence[Clip]) -> list[FaceClips]:
    """Find the faces of every clip.

    Raises:
        ValueError: a clip has no face, unless --no_face is pass; or no clip has one and --paste is not given.
    """
    detect = new_detector(opt)
    found = [_find_faces(opt, clip, detect) for clip in clips]
    if not any(one.faces for one in found) and not opt.paste:
        raise ValueError(f"no face in any of {len(clips)} clips: nothing to translate; --paste writes them as they are")
    return found


def face_part_maps(opt: Options, clips: Sequence[Clip]) -> Callable[[Clip], Callable[[int], Tensor] | None]:
    """A function clip -> (frame number -> face parts from --parsing_map_path, scaled as the networks expect them).

    Without --parsing_map_path it returns None for every clip.

    Raises:
        FileNotFoundError, ValueError: a clip has no file of maps, or its maps do not fit its frames.
    """
    if opt.parsing_map_path is None:
        return lambda clip: None
    given, names = Path(opt.parsing_map_path), ", ".join(f"{clip.name}.npy" for clip in clips[:3])
    if given.is_file() and len(clips) > 1:
        raise ValueError(f"--parsing_map_path {given} is one file, but there are {len(clips)} clips: give a folder of "
                         f"{names}{', ...' if len(clips) > 3 else ''}")  # fmt: skip
    maps = {}
    for clip in clips:
        path = given if given.is_file() else given / f"{clip.name}.npy"
        count = min(frame_count(clip), opt.max_frames or sys.maxsize)
        maps[clip.name] = FacePartMaps(path, size_of(clip, opt.fine_size), count)
    return lambda clip: lambda number: maps[clip.name][number] * PARSING_SCALE


def aligned_faces(found: Sequence[FaceClips]) -> list[np.ndarray]:
    """The inputs of the style encoder, one uint8 [256, 256, 3] per face."""
    return [face.aligned for one in found for face in one.tracker.faces]


def first_face(opt: Options, clips: Sequence[Clip]) -> Tensor | None:
    """The first face in the clips, aligned, [1, 3, 256, 256] in [-1, 1], if the teacher is built for a face.

    Raises:
        ValueError: there is no face.
    """
    if not wants_face(opt):
        return None
    detect = new_detector(opt)
    for clip in clips:
        faces = FaceTracker(partial(uncropped_images, clip), detect, scale=False, no_face="pass").faces
        if faces:
            return only_face([faces[0].aligned])
    raise ValueError(f"--style_encoder_path takes the style from a face, but there is none in {len(clips)} clips")


def new_detector(opt: Options) -> Detector:
    """dlib where --landmarks_path names its landmarks, otherwise MTCNN."""
    return Dlib68(Path(opt.landmarks_path)) if opt.landmarks_path else Mtcnn()


def write_whole_frames(opt: Options, found: Sequence[FaceClips], folder: Path, factor: int = 1) -> None:
    """Write <clip>_whole.mp4 for every clip, with the translated faces pasted into frames `factor` times as large.

    A clip without a face is written unchanged, whatever the factor.

    Args:
        folder: holds the videos of the translated faces; the new videos are written here too.
    """
    for one in found:
        stylised = [video_file(folder, face.name) for face in one.faces]
        path = video_file(folder, f"{one.clip.name}_whole")
        write_pasted(
            path, one.tracker, stylised, factor if one.faces else 1, fps_of(one.clip) or opt.fps, opt.max_frames
        )


def _find_faces(opt: Options, clip: Clip, detect: Detector) -> FaceClips:
    try:
        tracker = FaceTracker(
            partial(uncropped_images, clip),
            detect,
            which=opt.face,
            scale=opt.scale_image,
            padding=padding_of(opt),
            eye_distance_px=opt.eye_distance,
            no_face=opt.no_face,
        )
    except ValueError as error:
        raise ValueError(f"clip {clip.name}: {error}") from error
    crops = [face.crop for face in tracker.faces]
    names = [clip.name] if len(crops) == 1 else [f"{clip.name}_face{n}" for n in range(1, len(crops) + 1)]
    faces = tuple(Clip(name, clip.frames, clip.video, crop) for name, crop in zip(names, crops, strict=True))
    return FaceClips(clip, tracker, faces)
