"""From options to the faces of clips: each as a clip of its own, and back in their frames."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from torch import Tensor

from data.clips import Clip
from data.faces.detector import Detector, Mtcnn
from data.faces.landmarks import Dlib68
from data.faces.part_maps import PartMaps
from data.faces.pasted import write_pasted
from data.faces.portraits import Portraits
from data.stream import fps_of, frame_count, images, size_of
from models.teachers.vtoonify.styled import PARSING_SCALE
from options.build.teacher import only_face, wants_face
from options.flags.faces import padding_of
from options.record import Options
from util.report.clips import video_file


class Portrayed(NamedTuple):
    """A clip and its faces."""

    clip: Clip
    video: Portraits
    faces: tuple[Clip, ...]  # one per portrait, of the same frames, cut to its crop


def portrayed(opt: Options, clips: Sequence[Clip]) -> list[Portrayed]:
    """The clips with their faces, as the options want them found.

    Raises:
        ValueError: a clip without a face, unless --no_face pass; or none has one, and nothing is to be written then.
    """
    detect = new_detector(opt)
    found = [_portrayed(opt, clip, detect) for clip in clips]
    if not any(one.faces for one in found) and not opt.paste:
        raise ValueError(f"no face in any of {len(clips)} clips: nothing to translate; --paste writes them as they are")
    return found


def face_part_maps(opt: Options, clips: Sequence[Clip]) -> Callable[[Clip], Callable[[int], Tensor] | None]:
    """One of the clips -> number of its frames -> the face parts of --parsing_map_path as networks are given them.

    Raises:
        FileNotFoundError, ValueError: the maps of a clip are not there, or are not those of its frames.
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
        maps[clip.name] = PartMaps(path, size_of(clip, opt.fine_size), count)
    return lambda clip: lambda number: maps[clip.name][number] * PARSING_SCALE


def aligned_faces(found: Sequence[Portrayed]) -> list[np.ndarray]:
    """What the style encoder looks at, uint8 [256, 256, 3] each."""
    return [portrait.aligned for one in found for portrait in one.video.portraits]


def first_face(opt: Options, clips: Sequence[Clip]) -> Tensor | None:
    """The first face in the clips, aligned, [1, 3, 256, 256] in [-1, 1], if the teacher is built for a face.

    Raises:
        ValueError: there is no face.
    """
    if not wants_face(opt):
        return None
    detect = new_detector(opt)
    for clip in clips:
        faces = Portraits(partial(images, clip), detect, scale=False, no_face="pass").portraits
        if faces:
            return only_face([faces[0].aligned])
    raise ValueError(f"--style_encoder_path takes the style from a face, but there is none in {len(clips)} clips")


def new_detector(opt: Options) -> Detector:
    return Dlib68(Path(opt.landmarks_path)) if opt.landmarks_path else Mtcnn()


def write_whole_frames(opt: Options, found: Sequence[Portrayed], folder: Path, factor: int = 1) -> None:
    """<clip>_whole.mp4 in `folder`, which holds the videos of the faces, `factor` times as large as the frames.

    A clip without a face is written as it is, whatever the factor.
    """
    for one in found:
        stylised = [video_file(folder, face.name) for face in one.faces]
        path = video_file(folder, f"{one.clip.name}_whole")
        enlarge = factor if one.faces else 1
        write_pasted(path, one.video, stylised, enlarge, fps_of(one.clip) or opt.fps, opt.max_frames)


def _portrayed(opt: Options, clip: Clip, detect: Detector) -> Portrayed:
    try:
        video = Portraits(
            partial(images, clip),
            detect,
            which=opt.face,
            scale=opt.scale_image,
            padding=padding_of(opt),
            eye_distance_px=opt.eye_distance,
            no_face=opt.no_face,
        )
    except ValueError as error:
        raise ValueError(f"clip {clip.name}: {error}") from error
    crops = [portrait.crop for portrait in video.portraits]
    names = [clip.name] if len(crops) == 1 else [f"{clip.name}_face{n}" for n in range(1, len(crops) + 1)]
    return Portrayed(clip, video, tuple(Clip(n, clip.frames, clip.video, c) for n, c in zip(names, crops, strict=True)))
