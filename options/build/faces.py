"""From options to the faces of clips: faces to translate, the face of a style, and face parts computed beforehand."""

from collections.abc import Callable, Sequence
from pathlib import Path

from torch import Tensor

from data.clips import Clip
from data.face_parts import open_face_parts
from data.faces.clips import FaceClips, cut_faces, first_aligned_face
from data.faces.detectors import Detector, Dlib68, Mtcnn
from options.build.teacher import only_face, wants_face
from options.flags.faces import padding_of
from options.flags.teachers import family_of
from options.record import Options


def find_faces(opt: Options, clips: Sequence[Clip]) -> list[FaceClips]:
    """Find the faces of every clip.

    Raises:
        ValueError: a clip has no face, unless --no_face is pass; or no clip has one and --paste is not given.
    """
    detect = new_detector(opt)
    tracking = {"which": opt.face, "scale": opt.scale_image, "padding": padding_of(opt), "no_face": opt.no_face}
    found = [cut_faces(clip, detect, eye_distance_px=opt.eye_distance, **tracking) for clip in clips]
    if not any(one.faces for one in found) and not opt.paste:
        raise ValueError(f"no face in any of {len(clips)} clips: nothing to translate; --paste writes them as they are")
    return found


def face_part_maps(opt: Options, clips: Sequence[Clip]) -> Callable[[Clip], Callable[[int], Tensor] | None]:
    """A function clip -> (frame number -> face parts from --parsing_map_path, scaled as the networks expect them).

    Without --parsing_map_path it returns None for every clip.

    Raises:
        FileNotFoundError, ValueError: a clip has no file of maps, or its maps do not fit its frames.
    """
    face_part_input = family_of(opt).face_part_input
    if opt.parsing_map_path is None or face_part_input is None:
        return lambda clip: None
    maps = open_face_parts(Path(opt.parsing_map_path), clips, opt.fine_size, opt.max_frames)
    return lambda clip: lambda number: maps[clip.name][number] * face_part_input.scale


def first_face(opt: Options, clips: Sequence[Clip]) -> Tensor | None:
    """The first face in the clips, aligned, [1, 3, 256, 256] in [-1, 1], if the teacher is built for a face.

    Raises:
        ValueError: there is no face.
    """
    if not wants_face(opt):
        return None
    face = first_aligned_face(clips, new_detector(opt))
    if face is None:
        raise ValueError(f"--style_encoder_path takes the style from a face, but there is none in {len(clips)} clips")
    return only_face([face])


def new_detector(opt: Options) -> Detector:
    """dlib where --landmarks_path names its landmarks, otherwise MTCNN."""
    return Dlib68(Path(opt.landmarks_path)) if opt.landmarks_path else Mtcnn()
