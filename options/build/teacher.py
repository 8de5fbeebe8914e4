"""From options to a frozen teacher."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from data.frames import Size
from models.teachers.any_generator.checks import check_size
from models.teachers.any_generator.parts import CutGenerator
from models.teachers.base import Teacher
from options.flags.teachers import family_of, family_values
from options.record import Options
from util import checkpoint
from util.image import to_tensor


def load_teacher(opt: Options, device: torch.device, face: Tensor | None = None) -> tuple[Teacher, str]:
    """The frozen, cut teacher of --main_G_path and the fingerprint of its weights.

    Args:
        face: [1, 3, 256, 256] in [-1, 1], the aligned face of the video, if `wants_face`.
    """
    path, family = opt.main_G_path and Path(opt.main_G_path), family_of(opt)
    weights = path if family.takes_path else checkpoint.load(path)
    given = {"face": face} if wants_face(opt) else {}
    teacher = family.build(weights, **family_values(opt), **given)
    if opt.fine_size:
        refuse_size(teacher, opt.fine_size)
    return teacher.to(device), checkpoint.fingerprint(teacher.uncut_weights())


def refuse_size(teacher: Teacher, size: Size) -> None:
    """Refuse frames of a (width, height) that a generator of the user's own does not take: only a frame can tell.

    Raises:
        ValueError: one sentence on the size, and on what the generator says.
    """
    if isinstance(teacher, CutGenerator):
        check_size(teacher, size)


def size_multiple(opt: Options, teacher: Teacher) -> int:
    """What height and width of a frame must be multiples of, in pixels."""
    return max(family_of(opt).size_multiple, teacher.size_multiple)


def wants_face(opt: Options) -> bool:
    """Whether the teacher is built for the face in the video."""
    return family_of(opt).wants_face(family_values(opt))


def only_face(faces: Sequence[np.ndarray]) -> Tensor:
    """The one face for which a teacher is built: aligned, uint8 [256, 256, 3] -> [1, 3, 256, 256] in [-1, 1].

    Raises:
        ValueError: there is not exactly one face.
    """
    if len(faces) != 1:
        raise ValueError(
            f"--style_encoder_path takes the style from the face that is translated: one at a time, got {len(faces)}; "
            "give one video and --face largest, or --color_transfer without it"
        )
    return to_tensor(faces[0])[None]
