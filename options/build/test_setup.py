"""From options to one run of test.py: what is translated, by what, at what cost, and what is measured."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from data import Clip
from data.stream import frames, size_of
from models.evaluation.evaluate import scenes
from models.evaluation.scores import Scores
from models.shortcut.block import ShortcutBlock
from models.teachers.base import Teacher
from options.build.faces import Portrayed, aligned_faces, maps_beside, portrayed
from options.build.metrics import Measuring, new_measuring
from options.build.precision import AUTO, Precision, decided, named
from options.build.runtime import Translators, describe_runtime, input_channels
from options.build.style import face_style
from options.build.translation import load_block, load_teacher, measure_cost
from options.flags.metrics import REFRESHES, methods_of
from options.record import Options
from util import image
from util.report.methods import OURS, in_order


@dataclass(frozen=True)
class TestRun:
    """What one run of test.py is made of.

    clips: what is translated, one per face where faces are cut out.
    faces: the videos they were found in.
    identities: fingerprints of "teacher" and "shortcut".
    x: a grey frame of the first clip's size, with all that the networks are given.
    costs: of frames like x; no "amortised" saving where only the clips will tell.
    chosen: how it is run.
    notes: what the user should know before it runs, a line each.
    beside: clip, number of its frames -> number of a frame -> what the networks are given beside it, or None.
    """

    __test__ = False  # not a pytest class

    clips: list[Clip]
    faces: list[Portrayed]
    teacher: Teacher
    translators: Translators
    identities: dict[str, str]
    x: Tensor
    costs: dict
    chosen: dict[str, object]
    notes: list[str]
    measuring: Measuring
    scores: Scores
    beside: Callable[[Clip], Callable[[int], Tensor] | None]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the first clip's frames."""
        return self.x.shape[3], self.x.shape[2]

    def enlarged(self, size: tuple[int, int]) -> tuple[int, int]:
        """Size of what the teacher makes of frames of this (width, height)."""
        return enlarged(size, self.teacher)


def found_clips(opt: Options, clips: list[Clip]) -> tuple[list[Clip], list[Portrayed]]:
    """The clips to translate; where faces are cut out of `clips`, one per face, and the videos they were found in."""
    if not (opt.scale_image or opt.style_encoder_path):
        return clips, []
    faces = portrayed(opt, clips)
    return [face for one in faces for face in one.faces], faces


def new_test_run(opt: Options, clips: list[Clip], faces: list[Portrayed], device: torch.device) -> TestRun:
    """The run on clips and faces from `found_clips`, of which there is at least one."""
    beside = maps_beside(opt, clips)
    seen = face_style(opt, aligned_faces(faces)) if opt.style_encoder_path else None
    teacher, teacher_id = load_teacher(opt, device, seen)
    block, block_id = load_block(opt, teacher, teacher_id, device)
    precision = new_precision(opt, teacher, block, clips[0], beside)
    translators = Translators(opt, teacher, block, block_id, device, precision.dtype)
    size = size_of(clips[0], opt.fine_size)
    translator, x = translators.of(size)[OURS], image.blank(size, device, input_channels(opt))
    # A spread refresh computes what one does that shows a prediction, only later.
    shown = "shortcut" if translator.spread else opt.refresh_output
    backend, reuse = opt.deform_backend, translator.reuse_found
    costs = measure_cost(teacher, block, x, translator.refresh.max_interval, shown, backend, reuse)
    if not known_interval(opt):
        del costs["saving"]["amortised"]  # the clips will tell
    measuring = new_measuring(opt, clips, enlarged(size, teacher), device)
    named = [*(name for name in methods_of(opt) if name not in REFRESHES), *translators.names]
    return TestRun(
        clips=clips,
        faces=faces,
        teacher=teacher,
        translators=translators,
        identities={"teacher": teacher_id, "shortcut": block_id},
        x=x,
        costs=costs,
        chosen=describe_runtime(opt, translator, device, precision.psnr_db),
        notes=[*([precision.note] if precision.note else []), *measuring.notes],
        measuring=measuring,
        scores=Scores(measuring.metrics, measuring.needs, in_order(named, opt.refresh)),
        beside=beside,
    )


def enlarged(size: tuple[int, int], teacher: Teacher) -> tuple[int, int]:
    """Size of what the teacher makes of frames of this (width, height)."""
    width, height = size
    return teacher.scale * width, teacher.scale * height


def known_interval(opt: Options) -> bool:
    """Whether reference frames come at fixed intervals, whatever is seen."""
    return opt.refresh == "fixed" and opt.refresh_mode == "whole"


def new_precision(
    opt: Options,
    teacher: Teacher,
    block: ShortcutBlock,
    clip: Clip,
    beside: Callable[[Clip], Callable[[int], Tensor] | None],
) -> Precision:
    """What --amp says; "auto" is decided on the first frames of `clip`."""
    device = next(teacher.parameters()).device
    if opt.amp != AUTO:
        return named(opt.amp, device)
    shots = scenes(clip.name, frames(clip, opt.fine_size, 2), beside=beside(clip))
    given = [scene.given for scene in shots]
    return decided(teacher.for_inference(), block.for_inference(opt.deform_backend, opt.hold), given)
