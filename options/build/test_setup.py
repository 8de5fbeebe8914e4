"""From options to one run of test.py: what is translated, by what, at what cost, and what is measured."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from data import Clip, find_clips
from data.stream import frames, size_of
from models.evaluation.evaluate import frame_contexts
from models.evaluation.scores import Scores
from models.shortcut.block import ShortcutBlock
from models.teachers.base import Teacher
from options.build.faces import FaceClips, aligned_faces, face_part_maps, find_faces
from options.build.metrics import MetricSetup, new_metric_setup
from options.build.precision import AUTO, Precision, decided, named
from options.build.runtime import Translators, describe_runtime, input_channels
from options.build.teacher import load_teacher, only_face, wants_face
from options.build.translation import load_block, measure_cost
from options.flags.metrics import REFRESHES, methods_of
from options.record import Options
from util import image
from util.report.methods import SHORTCUT, in_order


@dataclass(frozen=True)
class TestSetup:
    """What one run of test.py is made of.

    clips: what is translated, one per face where faces are cut out.
    faces: the videos they were found in.
    identities: fingerprints of "teacher" and "shortcut".
    x: a grey frame of the first clip's size, with all channels that the networks take.
    costs: of frames like x; no "amortised" saving where only the clips will tell.
    chosen: how it is run.
    notes: what the user should know before it runs, a line each.
    face_parts: clip -> (number of a frame -> its face parts [1, C, H, W]), or None where there are none.
    """

    __test__ = False  # not a pytest class

    clips: list[Clip]
    faces: list[FaceClips]
    teacher: Teacher
    translators: Translators
    identities: dict[str, str]
    x: Tensor
    costs: dict
    chosen: dict[str, object]
    notes: list[str]
    metric_setup: MetricSetup
    scores: Scores
    face_parts: Callable[[Clip], Callable[[int], Tensor] | None]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the first clip's frames."""
        return self.x.shape[3], self.x.shape[2]

    def enlarged(self, size: tuple[int, int]) -> tuple[int, int]:
        """Size of what the teacher makes of frames of this (width, height)."""
        return enlarged(size, self.teacher)


def found_clips(opt: Options) -> tuple[list[Clip], list[FaceClips]]:
    """The clips to translate; where faces are cut out, one per face, and the videos they were found in."""
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.how_many]
    if not (opt.scale_image or wants_face(opt)):
        return clips, []
    faces = find_faces(opt, clips)
    return [face for one in faces for face in one.faces], faces


def new_test_setup(opt: Options, clips: list[Clip], faces: list[FaceClips], device: torch.device) -> TestSetup:
    """The run on clips and faces from `found_clips`, of which there is at least one."""
    face_parts = face_part_maps(opt, clips)
    face = only_face(aligned_faces(faces)) if wants_face(opt) else None
    teacher, teacher_id = load_teacher(opt, device, face)
    block, block_id = load_block(opt, teacher, teacher_id, device)
    precision = new_precision(opt, teacher, block, clips[0], face_parts)
    translators = Translators(opt, teacher, block, block_id, device, precision.dtype)
    size = size_of(clips[0], opt.fine_size)
    translator, x = translators.of(size)[SHORTCUT], image.blank(size, device, input_channels(opt))
    # A spread refresh computes what one does that shows a prediction, only later.
    shown = "shortcut" if translator.spread else opt.refresh_output
    backend, reuse = opt.deform_backend, translator.reuse_parsing
    costs = measure_cost(teacher, block, x, translator.refresh.max_interval, shown, backend, reuse)
    if not known_interval(opt):
        del costs["saving"]["amortised"]  # the clips will tell
    metric_setup = new_metric_setup(opt, clips, enlarged(size, teacher), device)
    named = [*(name for name in methods_of(opt) if name not in REFRESHES), *translators.names]
    return TestSetup(
        clips=clips,
        faces=faces,
        teacher=teacher,
        translators=translators,
        identities={"teacher": teacher_id, "shortcut": block_id},
        x=x,
        costs=costs,
        chosen=describe_runtime(opt, translator, device, precision.psnr_db),
        notes=[*([precision.note] if precision.note else []), *metric_setup.notes],
        metric_setup=metric_setup,
        scores=Scores(metric_setup.metrics, metric_setup.resources, in_order(named, opt.refresh)),
        face_parts=face_parts,
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
    face_parts: Callable[[Clip], Callable[[int], Tensor] | None],
) -> Precision:
    """What --amp says; "auto" is decided on the first frames of `clip`."""
    device = next(teacher.parameters()).device
    if opt.amp != AUTO:
        return named(opt.amp, device)
    contexts = frame_contexts(clip.name, frames(clip, opt.fine_size, 2), face_parts=face_parts(clip))
    inputs = [context.network_input for context in contexts]
    return decided(teacher.for_inference(), block.for_inference(opt.deform_backend, opt.hold), inputs)
