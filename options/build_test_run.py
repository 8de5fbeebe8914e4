"""From options to one run of test.py: what is translated, by what, at what cost, and what is measured."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from data import Clip, find_clips
from data.stream import size_of
from models.teachers.base import Teacher
from options.build_faces import Portrayed, aligned_faces, maps_beside, portrayed
from options.build_metrics import Measuring, new_measuring
from options.build_runtime import Translators, describe_runtime, input_channels
from options.build_style import face_style
from options.build_translation import load_block, load_teacher, measure_cost
from options.metric_flags import REFRESHES, methods_of
from options.record import Options
from util import image
from util.methods import in_order
from util.scores import OURS, Scores


@dataclass(frozen=True)
class TestRun:
    """What one run of test.py is made of.

    clips: what is translated, one per face where faces are cut out.
    faces: the videos they were found in.
    identities: fingerprints of "teacher" and "shortcut".
    x: a grey frame of the first clip's size, with all that the networks are given.
    costs: of frames like x; no "amortised" saving where only the clips will tell.
    chosen: how it is run.
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


def found_clips(opt: Options) -> tuple[list[Clip], list[Portrayed]]:
    """The clips to translate; where faces are cut out, one per face, and the videos they were found in."""
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.how_many]
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
    translators = Translators(opt, teacher, block, block_id, device)
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
        chosen=describe_runtime(opt, translator, device),
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
