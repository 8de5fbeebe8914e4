"""From options to a translation of films: the networks, what each film is translated by, and the jobs to do."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import inf
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from data.faces.film import FaceFilm
from data.jobs.inputs import Input, Reading, find_inputs
from data.jobs.run import Form
from data.listing import unused
from models.evaluation.precision import AUTO, Precision, fastest_precision, named_precision
from models.shortcut import Shortcut
from models.shortcut.inference import optimize
from models.streaming.cuda_graphs import graphed
from models.streaming.pictures import PictureTranslator
from models.streaming.refresh import Adaptive
from models.streaming.stages import Stages, eager
from models.streaming.translator import Step, Translator, WholeTeacher
from models.teachers.base import Teacher
from options.base_options import DEFAULT_INTERVAL
from options.build.faces import new_detector
from options.build.teacher import load_teacher, only_face, refuse_size, size_multiple, wants_face
from options.build.translator import load_block, new_adaptive
from options.flags.faces import padding_of
from options.flags.teachers import family_of, flags_of_other_families
from options.layers import from_caller
from options.record import Options
from options.translate_options import DEFAULT_MODEL, size_of
from util.image import blank

PLACES = {  # flags that say where things are and how they are computed, not what the translation looks like
    *("inputs", "out", "overwrite", "model", "name", "checkpoints_dir", "main_G_path", "gpu_ids"),
    *("deform_backend", "cuda_graphs"),
}
NewTranslator = Callable[[Stages], Translator | WholeTeacher]
Watch = Callable[[Step], object]


class Pair(NamedTuple):
    """A teacher and its Shortcut block, with the fingerprints of their weights."""

    teacher: Teacher
    teacher_id: str
    block: Shortcut
    block_id: str


def load_pair(opt: Options, device: torch.device) -> Pair:
    """The networks that the options name.

    Raises:
        OSError, ValueError: a file is not there, or does not belong to the others.
    """
    face = blank((256, 256), torch.device("cpu")) if wants_face(opt) else None  # each face brings its own style
    teacher, teacher_id = load_teacher(opt, device, face)
    return Pair(teacher, teacher_id, *load_block(opt, teacher, teacher_id, device))


class Networks:
    """A teacher and its Shortcut, ready to translate films; `begin` a new one for each.

    Args:
        pair: the networks, where they are there already; None: `load_pair` loads them, with its errors.
    """

    def __init__(self, opt: Options, device: torch.device, pair: Pair | None = None):
        self._opt, self._device = opt, device
        self._teacher, self._teacher_id, self._block, self._block_id = pair or load_pair(opt, device)
        self._detect = new_detector(opt) if family_of(opt).of_faces else None
        self._small = optimize(self._block, opt.deform_backend, opt.hold)
        self._fast = self._teacher.for_inference()
        self._precision: Precision | None = None if opt.amp == AUTO else named_precision(opt.amp, device)
        self._stages: Stages | None = None
        self.refresh = self._new_refresh()  # as each film has it

    @property
    def settings(self) -> dict[str, object]:
        """What, beside the input, a translation depends on."""
        without = PLACES | flags_of_other_families(self._opt)
        flags = {name: value for name, value in vars(self._opt).items() if name not in without and value is not None}
        policy = {"threshold": self.refresh.threshold, "interval": self.refresh.max_interval}
        return {"teacher": self._teacher_id, "shortcut": self._block_id, "refresh_policy": policy, "flags": flags}

    @property
    def notes(self) -> list[str]:
        """What was chosen on the first frame."""
        return [self._precision.note] if self._precision and self._precision.note else []

    def begin(self, watch: Watch | None = None) -> "PictureTranslator | FaceFilm":
        """What translates the next film, frame by frame: whole frames, or the faces in them.

        Args:
            watch: called with each step of a translator; in a film of faces, of each face.
        """
        return self._film(lambda stages: Translator(stages, self._new_refresh()), watch)

    def begin_teacher(self) -> "PictureTranslator | FaceFilm":
        """What translates the next film by the whole teacher alone."""
        return self._film(WholeTeacher)

    def _film(self, translator: NewTranslator, watch: Watch | None = None) -> "PictureTranslator | FaceFilm":
        if self._detect is None:
            return self._pictures(self._fast, translator, watch)
        begin = partial(self._of_face, translator, watch)
        return FaceFilm(self._detect, begin, padding_of(self._opt), self._opt.eye_distance)

    def _of_face(self, translator: NewTranslator, watch: Watch | None, face: np.ndarray) -> PictureTranslator:
        """What translates an aligned face, which may bring its own style."""
        teacher = self._fast
        if wants_face(self._opt):
            teacher = load_teacher(self._opt, self._device, only_face([face]))[0].for_inference()
        return self._pictures(teacher, translator, watch)

    def _pictures(self, teacher: Teacher, translator: NewTranslator, watch: Watch | None) -> PictureTranslator:
        def new_translator(x: Tensor) -> Translator | WholeTeacher:
            refuse_size(self._teacher, (x.shape[3], x.shape[2]))
            stages = self._stages_of(teacher, x)
            if self._opt.cuda_graphs and self._device.type == "cuda":
                stages = graphed(stages, x.to(self._device))
            return translator(stages)

        return PictureTranslator(new_translator, size_multiple(self._opt, self._teacher), watch)

    def _stages_of(self, teacher: Teacher, x: Tensor) -> Stages:
        """The stages of a teacher; those of the usual one serve all films. --amp auto is tried on the first frame x."""
        if self._precision is None:
            self._precision = fastest_precision(teacher, self._small, [x])
        if teacher is not self._fast:
            return eager(teacher, self._small, self._precision.dtype)
        if self._stages is None:
            self._stages = eager(teacher, self._small, self._precision.dtype)
        return self._stages

    def _new_refresh(self) -> Adaptive:
        """The policy for a film. A fixed one begins anew on scene cuts, too."""
        if self._opt.refresh == "fixed":
            return Adaptive(inf, self._opt.max_interval or DEFAULT_INTERVAL)
        return new_adaptive(self._opt, self._opt.max_interval, self._block_id)


def describe_networks(opt: Options, networks: Networks, device: torch.device) -> str:
    """The model, how it refreshes and where it runs, in one line."""
    refresh, threshold = f"a reference frame every {networks.refresh.max_interval} frames", networks.refresh.threshold
    if opt.refresh == "adaptive":
        refresh += f" at the latest, where the picture has drifted by {threshold:g}"
    default = " (the default; --model NAME takes another)" if opt.model == DEFAULT_MODEL else ""
    return f"model {opt.model}{default}: {opt.teacher}, {refresh}, and on scene cuts; {device}"


def form_of(opt: Options) -> Form:
    """How the translations are written."""
    return Form(opt.codec, size_of(opt.size), opt.side_by_side, opt.max_frames)


def inputs_of(opt: Options) -> tuple[list[Input], list[tuple[str, str]], list[str]]:
    """The inputs, (word, reason) of each word that names none, and what of the folders is not read, a line each."""
    how = Reading(Fraction(opt.input_fps) if opt.input_fps else None, size_of(opt.input_size))
    found: list[Input] = []
    wrong: list[tuple[str, str]] = []
    notes: list[str] = []
    for word in opt.inputs:
        try:
            inputs = find_inputs(word, from_caller, how)
        except (OSError, ValueError) as error:
            wrong.append((word, str(error)))
            continue
        found += inputs
        if (folder := Path(from_caller(word))).is_dir():
            notes += unused(folder, (file for one in inputs for file in one.files))
    return found, wrong, notes
