"""--model ShortcutV2V: distil a Shortcut block into a frozen teacher."""

from functools import partial

import torch
from torch import nn

from data.pairs import PairDataset
from data.stream import frames
from models.evaluation import cost
from models.evaluation.pipeline_cost import count_weights, measure_cost
from models.evaluation.validation import ValClip
from models.shortcut import BLOCKS, Shortcut
from models.shortcut.block import ShortcutBlock
from models.shortcut.init import initialise, start_from_reuse
from models.teachers.base import Teacher
from models.training.discriminators import SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.distiller import Distiller, LossWeights
from models.training.init import init_xavier
from models.training.perceptual import LPIPS, TeacherPerceptual
from models.training.tasks.shortcut import ShortcutTask
from options.base_options import BLOCK_SHAPE
from options.build.faces import first_face
from options.build.teacher import load_teacher
from options.build.training import fixed_settings, new_frame_reader, train_clips, val_clips
from options.flags.losses import shortcut_weights
from options.flags.teachers import family_of
from options.record import Options
from util import checkpoint, image
from util.report.verdict import warnings


def new_task(opt: Options, device: torch.device) -> ShortcutTask:
    clips = train_clips(opt)
    held_out = [ValClip(clip.name, partial(frames, clip, opt.crop_size, opt.val_frames)) for clip in val_clips(opt)]
    teacher, teacher_fingerprint = load_teacher(opt, device, first_face(opt, clips))
    block = new_block(opt, teacher).to(device)
    block.use_backend(opt.deform_backend)
    trainer = new_distiller(opt, teacher, block, device)
    max_gap = opt.max_interval - (opt.refresh_output == "teacher")
    macs = measure_cost(teacher, block, image.blank(opt.crop_size, device), opt.max_interval)["macs"]
    fingerprints = {"teacher_fingerprint": teacher_fingerprint, **style_fingerprint(opt, teacher)}
    return ShortcutTask(
        trainer,
        teacher_fingerprint,
        held_out,
        opt.max_interval,
        opt.refresh_output,
        opt.deform_backend,
        dataset=PairDataset(
            clips, max_gap, opt.load_size, opt.crop_size, opt.flip, opt.seed, opt.gaps, new_frame_reader(opt)
        ),
        device=device,
        settings={**fixed_settings(opt), **fingerprints},
        facts={
            "clips": {"train": len(clips), "val": len(held_out)},
            "distances": f"1..{max_gap}",
            **network_facts(teacher, block),
            "MACs": macs,
        },
        warnings=tuple(warnings(macs)),
    )


def network_facts(teacher: Teacher, block: Shortcut) -> dict[str, object]:
    """What the user is told of the networks before the training."""
    return {
        "teacher features": "{} channels, layers {}..{}".format(teacher.f_channels, *teacher.split),
        "parameters": {"teacher": count_weights(teacher), "block": cost.count_params(block)},
    }


def style_fingerprint(opt: Options, teacher: Teacher) -> dict[str, str]:
    """What identifies the style of a teacher with many styles, which the teacher's own fingerprint does not cover."""
    return {"style_fingerprint": checkpoint.fingerprint(teacher.state_dict())} if family_of(opt).has_styles else {}


def new_block(opt: Options, teacher: Teacher) -> Shortcut:
    """A new block of the form and shape in the flags. What is not given is as published.

    Raises:
        ValueError: --feat_ch is not the number of channels of the teacher's features.
    """
    shape = {name: new for name, (new, *_) in BLOCK_SHAPE.items()} | {"feat_ch": teacher.a_channels}
    shape |= {name: getattr(opt, name) for name in shape if getattr(opt, name) is not None}
    if shape["feat_ch"] != teacher.a_channels:
        raise ValueError(
            f"--feat_ch must be the channels of the teacher's features before the skipped layers, "
            f"{teacher.a_channels}, got {shape['feat_ch']}"
        )
    form = opt.block or "published"
    teacher_shape = {"f_ch": teacher.f_channels}
    if form == "published":  # a full-size block warps an image among the features like any other feature
        teacher_shape["image_ch"] = teacher.image_channels
    block = initialise(BLOCKS[form](**shape, **teacher_shape), opt.mask_initial, opt.init_gain)
    if opt.init_type == "reuse" and isinstance(block, ShortcutBlock):  # a full-size block always starts from reuse
        return start_from_reuse(block, opt.mask_initial)
    return block


def new_distiller(opt: Options, teacher: Teacher, block: Shortcut, device: torch.device) -> Distiller:
    """The trainer of `block`. Only terms with a weight above 0 get their network."""
    weights = LossWeights(**shortcut_weights(opt))
    perceptual = None
    if weights.perceptual:
        perceptual = TeacherPerceptual(teacher) if opt.perceptual == "teacher" else LPIPS().to(device)
    return Distiller(
        teacher,
        block,
        weights,
        **new_discriminators(opt, weights, device),
        perceptual=perceptual,
        lr=opt.lr,
        d_lr=opt.d_lr,
        beta1=opt.beta1,
        gan_mode=opt.gan_mode,
        pool_size=opt.pool_size,
        seed=opt.seed,
    )


def new_discriminators(opt: Options, weights: LossWeights, device: torch.device) -> dict[str, nn.Module]:
    """The discriminators whose weight is above 0, by the names of `Distiller`'s arguments."""
    kinds = {
        "discriminator": (weights.adversarial, SpectralPatchDiscriminator),
        "temporal_discriminator": (weights.temporal, TemporalPatchDiscriminator),
    }
    return {
        name: init_xavier(kind(opt.ndf, opt.Shortcut_n_layers_D)).to(device)
        for name, (weight, kind) in kinds.items()
        if weight
    }
