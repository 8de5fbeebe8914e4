"""From options to the setup of one test: what is translated, by what, at what cost, and what is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from data import Clip
from data.faces.clips import FaceClips, aligned_faces
from data.stream import frames, size_of
from models.evaluation.evaluate import frame_contexts
from models.evaluation.pipeline_cost import measure_cost
from models.evaluation.precision import AUTO, Precision, fastest_precision, named_precision
from models.evaluation.scores import Scores
from models.shortcut import Shortcut
from models.shortcut.inference import optimize
from models.streaming.translator import Translator
from models.streaming.translators import Translators
from models.teachers.base import Teacher
from options.build.faces import face_part_maps, find_faces
from options.build.limits import check_results, check_sizes
from options.build.metrics import MetricSetup, new_metric_setup
from options.build.teacher import load_teacher, only_face, wants_face
from options.build.translator import describe_runtime, input_channels, load_block, new_translators
from options.flags.metrics import REFRESHES, methods_of
from options.record import Options
from util import image
from util.report.record import SHORTCUT, in_order

FaceParts = Callable[[Clip], Callable[[int], Tensor] | None]  # clip -> (number of a frame -> its face parts), or None


@dataclass(frozen=True)
class TestSetup:
    """Everything that one run of test.py uses.

    clips: what is translated, one clip per face where faces are cut out.
    faces: the videos in which the faces were found.
    identities: fingerprints of "teacher" and "shortcut".
    x: a grey frame of the first clip's size, with all channels that the networks take.
    costs: as `measure_cost` returns them for x; without the "amortised" saving if `interval` is None.
    interval: frames from one reference frame to the next; None if the frames decide.
    runtime: how the networks are run, for the record.
    notes: what the user should know before the run, a line each.
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
    interval: int | None
    runtime: dict[str, object]
    notes: list[str]
    metric_setup: MetricSetup
    scores: Scores
    face_parts: FaceParts

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the first clip's frames."""
        return self.x.shape[3], self.x.shape[2]

    @property
    def translator(self) -> Translator:
        """The main Shortcut's, for frames of the first clip's size."""
        return self.translators.of(self.size)[SHORTCUT]

    def output_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return (width, height) of the teacher's output for frames of this (width, height)."""
        return self.teacher.scale * size[0], self.teacher.scale * size[1]


def found_clips(opt: Options, clips: list[Clip]) -> tuple[list[Clip], list[FaceClips]]:
    """Return the clips to translate, one per face where faces are cut out of `clips`, and the videos with the faces.

    Raises:
        ValueError: two of the clips would write results under one name; or as `find_faces`.
    """
    check_results(opt, clips)
    if not (opt.scale_image or wants_face(opt)):
        return clips, []
    faces = find_faces(opt, clips)
    return [face for one in faces for face in one.faces], faces


def new_test_setup(opt: Options, clips: list[Clip], faces: list[FaceClips], device: torch.device) -> TestSetup:
    """Return the setup for clips and faces from `found_clips`, of which there is at least one."""
    face_parts = face_part_maps(opt, clips)
    face = only_face(aligned_faces(faces)) if wants_face(opt) else None
    teacher, teacher_id = load_teacher(opt, device, face)
    shortest = check_sizes(opt, clips, faces, teacher, device)
    block, block_id = load_block(opt, teacher, teacher_id, device)
    precision = new_precision(opt, teacher, block, clips[0], face_parts)
    translators = new_translators(opt, teacher, block, block_id, device, precision.dtype)
    size = size_of(clips[0], opt.fine_size)
    translator, x = translators.of(size)[SHORTCUT], image.blank(size, device, input_channels(opt))
    metric_setup = new_metric_setup(opt, clips, (teacher.scale * size[0], teacher.scale * size[1]), device, shortest)
    is_fixed = opt.refresh == "fixed" and opt.refresh_mode == "whole"
    return TestSetup(
        clips=clips,
        faces=faces,
        teacher=teacher,
        translators=translators,
        identities={"teacher": teacher_id, "shortcut": block_id},
        x=x,
        costs=_costs(opt, teacher, block, translator, x, is_fixed),
        interval=translator.refresh.max_interval if is_fixed else None,
        runtime=describe_runtime(opt, translator, device, precision.psnr_db),
        notes=[*([precision.note] if precision.note else []), *metric_setup.notes],
        metric_setup=metric_setup,
        scores=_new_scores(opt, metric_setup, translators.names),
        face_parts=face_parts,
    )


def _costs(opt: Options, teacher: Teacher, block: Shortcut, translator: Translator, x: Tensor, is_fixed: bool) -> dict:
    # A spread refresh computes the same as one that shows a prediction, only later.
    shown = "shortcut" if translator.spread else opt.refresh_output
    interval, reuse = translator.refresh.max_interval, translator.reuse_parsing
    costs = measure_cost(teacher, block, x, interval, shown, opt.deform_backend, reuse)
    if not is_fixed:
        del costs["saving"]["amortised"]  # it is known after the run
    return costs


def _new_scores(opt: Options, metric_setup: MetricSetup, shortcuts: Sequence[str]) -> Scores:
    """Return the empty scores of the methods that --methods names; `shortcuts` are the names of the translators."""
    methods = [*(name for name in methods_of(opt) if name not in REFRESHES), *shortcuts]
    return Scores(metric_setup.metrics, metric_setup.resources, in_order(methods, opt.refresh))


def new_precision(opt: Options, teacher: Teacher, block: Shortcut, clip: Clip, face_parts: FaceParts) -> Precision:
    """Return the number type that --amp names; "auto" tries the first frames of `clip`."""
    device = next(teacher.parameters()).device
    if opt.amp != AUTO:
        return named_precision(opt.amp, device)
    contexts = frame_contexts(clip.name, frames(clip, opt.fine_size, 2), face_parts=face_parts(clip))
    inputs = [context.network_input for context in contexts]
    return fastest_precision(teacher.for_inference(), optimize(block, opt.deform_backend, opt.hold), inputs)
