"""What a test checks before its first frame: names of results, sizes that videos can have, and memory."""

import math

import torch

from data import Clip
from data.faces.clips import FaceClips
from data.stream import size_of
from models.evaluation.memory import layer_bytes
from models.teachers.base import Teacher
from options.build.teacher import refuse_size
from options.build.translator import input_channels
from options.record import Options
from util import image, runtime
from util.files import as_text
from util.report.clips import check_names

LONGEST_SIDE = 16384  # px of a picture in H.264, by x264
PROBE = 64  # px, about: sides of the frame on which memory is measured
SMALLER = "give a smaller size: --resize_mode rectangle --fineSizeW W --fineSizeH H"


def check_results(opt: Options, clips: list[Clip]) -> None:
    """Refuse clips of which two results would have one name.

    Raises:
        ValueError: the message names both.
    """
    check_names([clip.name for clip in clips], faces=opt.scale_image and opt.face == "all", whole=opt.paste)


def check_sizes(opt: Options, clips: list[Clip], faces: list[FaceClips], teacher: Teacher, device: torch.device) -> int:
    """Refuse frames too large for a video or the memory, or of a size that the teacher does not take.

    Returns the shortest side of the pictures made, px.

    Raises:
        ValueError: the message has the size and the limit.
    """
    sizes = {size_of(clip, opt.fine_size): clip.name for clip in reversed(clips)}
    for (width, height), name in sizes.items():
        panels = 3 if opt.compare else 2
        hint = "--no-compare leaves one panel out" if opt.compare else SMALLER
        _check_side(name, f"{panels} panels of", panels, (teacher.scale * width, teacher.scale * height), hint)
        if not opt.fine_size:  # else it was tried when the teacher was loaded
            refuse_size(teacher, (width, height))
    for found in faces if opt.paste else ():
        height, width = found.tracker.frame_size
        factor = teacher.scale if found.faces else 1
        _check_side(found.clip.name, "whole frames of", 1, (factor * width, factor * height), "leave --paste out")
    check_memory(teacher, max(sizes, key=lambda size: size[0] * size[1]), device, input_channels(opt))
    return teacher.scale * min(min(size) for size in sizes)


def _check_side(clip: str, what: str, panels: int, size: tuple[int, int], hint: str) -> None:
    width, height = panels * size[0], size[1]
    if max(width, height) > LONGEST_SIDE:
        raise ValueError(
            as_text(
                f"clip {clip}: {what} {size[0]} x {size[1]} px make a video of {width} x {height}, and H.264 takes at "
                f"most {LONGEST_SIDE} px a side ({max(width, height)} > {LONGEST_SIDE}); {hint}"
            )
        )


def check_memory(teacher: Teacher, size: tuple[int, int], device: torch.device, channels: int = 3) -> None:
    """Refuse frames of `size` (width, height) if one layer of the teacher alone needs more memory than is free.

    Raises:
        ValueError: the message has both numbers.
    """
    side = math.ceil(PROBE / teacher.size_multiple) * teacher.size_multiple
    needed = layer_bytes(teacher, image.blank((side, side), device, channels), size)
    free = runtime.free_memory(device)
    if free is not None and needed > free:
        raise ValueError(
            f"frames of {size[0]} x {size[1]} px need at least {needed / 1e9:.1f} GB in one layer of the teacher, and "
            f"{free / 1e9:.1f} GB are free; {SMALLER}"
        )
