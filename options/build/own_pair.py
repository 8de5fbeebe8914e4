"""A generator of the user's own and its Shortcut: where it is cut, the new block, and the folder that keeps them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from data.frames import Size
from models.evaluation.splits.suggest import suggest
from models.evaluation.splits.times import BlockKind
from models.shortcut.checkpoint import to_checkpoint
from models.streaming.refresh import Adaptive
from models.teachers.any_generator import teacher_of
from models.teachers.any_generator.checks import check
from models.teachers.any_generator.cuts import ends
from models.teachers.any_generator.graph import layer_graph
from models.teachers.base import Teacher
from models.training.short import new_block
from options import model_file
from options.build.teacher import refuse_size
from options.build.translation import Pair
from options.flags.teachers import family_named, family_of
from options.python_options import IN_MEMORY
from options.record import Options
from util import checkpoint
from util.files import prepare_folder

BLOCK = "latest_net_ShortcutV2V.pth"
AUTO = "auto"
OF_FACES = {"eye_distance", "padding"}


def new_pair(generator: nn.Module, frames: Sequence[Tensor], cut: str, h_dim: int, device: torch.device) -> Pair:
    """A generator, cut, with an untrained block.

    Args:
        frames: of an example, each [1, 3, H, W] in [-1, 1].
        cut: START:END, or AUTO, which is measured on a moving example.

    Raises:
        ValueError: it is no generator, or cannot be cut.
    """
    if isinstance(generator, nn.Module):
        generator.to(device)
    frames = [frame.to(device) for frame in frames]
    if cut == AUTO:
        cut = _suggested(generator, frames, h_dim)
    elif ":" not in cut:
        raise ValueError(f'cut must be "START:END", two layers by name or index, or "{AUTO}", got {cut!r}')
    teacher = teacher_of(generator, cut=cut)
    block = new_block(teacher, h_dim).to(device)
    identities = (checkpoint.fingerprint(one) for one in (teacher.uncut_weights(), block.state_dict()))
    return Pair(teacher, next(identities), block, next(identities))


def _suggested(generator: nn.Module, frames: Sequence[Tensor], h_dim: int) -> str:
    if len(frames) < 2:
        raise ValueError(f'cut="{AUTO}" needs an example of at least 2 frames that moves, got {len(frames)}')
    height, width = frames[0].shape[2:]
    check(generator, (width, height))
    graph = layer_graph(generator, frames[0])
    best = suggest(graph, frames, BlockKind("full_size", h_dim)).best
    return "{}:{}".format(*ends(graph, best.candidate.cut))


def check_distillable(opt: Options, teacher: Teacher, size: Size) -> None:
    """Refuse, by a ValueError, a teacher of faces, and frames of a (width, height) that the teacher does not take."""
    if family_of(opt).of_faces:
        raise ValueError("this model translates the faces in a video: scripts/vtoonify/train.sh distils it")
    refuse_size(teacher, size)


def settled(opt: Options, refresh: Adaptive) -> Options:
    """The options with what a fit has found, so that they hold for a block that is trained further."""
    adaptive = {"refresh_threshold": refresh.threshold} if opt.refresh == "adaptive" else {}
    values = {**vars(opt), **adaptive, "max_interval": refresh.max_interval}
    return Options(values, opt.defaults, opt.may_change, opt.notes)


def save_pair(folder: Path, opt: Options, pair: Pair, teacher: str | None, weights: Path | None) -> Path:
    """Write weights, block and model.yaml to `folder`, and return it.

    Args:
        opt: with a settled refresh.
        teacher: a value of --teacher; None: that of the options.
        weights: the teacher's file; None: that of the options.

    Raises:
        ValueError: no `teacher` is given for a generator that Python code made, or it makes another one.
    """
    values = {**vars(opt), "teacher": teacher or opt.teacher}
    weights = weights or (Path(opt.main_G_path) if opt.main_G_path and not teacher else None)
    if values["teacher"] == IN_MEMORY:
        raise ValueError('save needs teacher="package.module:function", which makes this generator again')
    if teacher:
        values["cut"] = "{}:{}".format(*pair.teacher.split)
        _refuse_another(teacher, weights, values["cut"], pair)
    prepare_folder(folder)
    if weights:
        values["main_G_path"] = folder / weights.name
        if weights.resolve() != values["main_G_path"].resolve():
            shutil.copyfile(weights, values["main_G_path"])
    checkpoint.save(folder / BLOCK, to_checkpoint(pair.block, pair.teacher_id, pair.teacher.split))
    wanted = model_file.RUNNING - (set() if family_named(str(values["teacher"])).of_faces else OF_FACES)
    running = {name: values[name] for name in sorted(wanted & values.keys()) if values[name] is not None}
    model_file.write(folder / model_file.FILE, values, folder, running)
    return folder


def _refuse_another(teacher: str, weights: Path | None, cut: str, pair: Pair) -> None:
    family = family_named(teacher)
    made = family.build(weights if family.takes_path or weights is None else checkpoint.load(weights), cut=cut)
    if checkpoint.fingerprint(made.uncut_weights()) != pair.teacher_id:
        read = f" of {weights}" if weights else ""
        raise ValueError(f"{teacher} makes a generator with other weights{read}: give weights=, the file that it reads")
