"""From options to the Shortcut's training."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from data import find_clips
from data.pairs import PairDataset
from models.evaluation import cost
from models.evaluation.pipeline_cost import count_weights, measure_cost
from models.shortcut import BLOCKS, AnyBlock
from models.shortcut.checkpoint import to_checkpoint
from models.shortcut.init import initialise, start_from_reuse
from models.teachers.base import Teacher
from models.training.discriminators import SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.distiller import Distiller, LossWeights
from models.training.init import init_xavier
from models.training.perceptual import LPIPS, TeacherPerceptual
from options.build.faces import first_face
from options.build.tasks.task import Run, fixed_settings
from options.build.teacher import load_teacher
from options.build.validation import val_clips, validate
from options.record import Options
from util import checkpoint, image
from util.report.verdict import warnings


def distillation(opt: Options, device: torch.device) -> Run:
    """The Shortcut's training."""
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.max_dataset_size]
    teacher, identity = load_teacher(opt, device, first_face(opt, clips))
    block = new_block(opt, teacher).to(device)
    block.use_backend(opt.deform_backend)
    max_gap = opt.max_interval - (opt.refresh_output == "teacher")
    dataset = PairDataset(clips, max_gap, opt.load_size, opt.fine_size, opt.flip, opt.seed, opt.gaps)
    held_out = val_clips(opt)
    distiller = new_distiller(opt, teacher, block, device)

    def draw(reference: Tensor, current: Tensor) -> Tensor:
        shown = distiller.preview(reference, current)
        size = shown["teacher"].shape[2:]
        for name in ("reference", "current"):  # as large as what the teacher makes of them
            shown[name] = F.interpolate(shown[name], size=size, mode="bilinear")
        shown["mask"] = [image.mask_image(mask, size) for mask in shown["mask"]]
        return image.grid(*(shown[key] for key in ("reference", "current", "teacher", "shortcut", "mask")))

    def export(label: str) -> None:
        state = to_checkpoint(block, identity, teacher.split, steps=distiller.steps)
        checkpoint.save(opt.run_dir / f"{label}_net_ShortcutV2V.pth", state)

    macs = measure_cost(teacher, block, image.blank(opt.fine_size, device), opt.max_interval)["macs"]
    return Run(
        trainer=distiller,
        dataset=dataset,
        device=device,
        inputs=("reference", "current"),
        draw=draw,
        export=export,
        networks=("ShortcutV2V",),
        validate=lambda: validate(opt, held_out, teacher, block, device),
        settings={**fixed_settings(opt), "teacher_fingerprint": identity, **style_identity(opt, teacher)},
        facts={
            "clips": {"train": len(clips), "val": len(held_out)},
            "distances": f"1..{max_gap}",
            "teacher features": f"{teacher.f_channels} channels, layers {teacher.split[0]}..{teacher.split[1]}",
            "parameters": {"teacher": count_weights(teacher), "block": cost.count_params(block)},
            "MACs": macs,
        },
        warnings=tuple(warnings(macs)),
    )


def style_identity(opt: Options, teacher: Teacher) -> dict[str, str]:
    """What changes with the style that a VToonify was given, which its fingerprint does not tell."""
    return {"style_fingerprint": checkpoint.fingerprint(teacher.state_dict())} if opt.teacher == "vtoonify" else {}


def new_block(opt: Options, teacher: Teacher) -> AnyBlock:
    """A freshly initialised block of the shape the flags ask for, the rest as published."""
    published = {"feat_ch": teacher.a_channels, "h_dim": 64, "num_dg": 1, "g_layers": 2, "l_layers": 3}
    shape = {**published, "offset_g_size": 1, "offset_l_size": 3, "adabd_dilation": 1}
    shape |= {name: getattr(opt, name) for name in shape if getattr(opt, name) is not None}
    if shape["feat_ch"] != teacher.a_channels:
        raise ValueError(
            f"--feat_ch must be the channels of the teacher's features before the skipped layers, "
            f"{teacher.a_channels}, got {shape['feat_ch']}"
        )
    form = opt.block or "published"
    late = {"f_ch": teacher.f_channels}
    if form == "published":  # a full-size block moves an image among the features like any of them
        late["image_ch"] = teacher.image_channels
    block = initialise(BLOCKS[form](**shape, **late), opt.mask_initial, opt.init_gain)
    if opt.init_type == "reuse" and form == "published":  # a full-size block always starts so
        return start_from_reuse(block, opt.mask_initial)
    return block


def new_distiller(opt: Options, teacher: Teacher, block: AnyBlock, device: torch.device) -> Distiller:
    """The optimisation of `block`, with the networks of those terms only whose weight is not 0."""
    weights = LossWeights(
        feature=opt.lambda_L1,
        align=opt.lambda_align,
        output=opt.lambda_L1_out,
        squared=opt.lambda_L2_out,
        adversarial=opt.lambda_D,
        temporal=opt.lambda_D_T if opt.Temporal_GAN_loss else 0.0,
        perceptual=0.0 if opt.perceptual == "none" else opt.lambda_lpips,
    )
    judges = {"adversarial": SpectralPatchDiscriminator, "temporal": TemporalPatchDiscriminator}
    judges = {
        term: init_xavier(build(opt.ndf, opt.Shortcut_n_layers_D)).to(device)
        for term, build in judges.items()
        if getattr(weights, term)
    }
    perceptual = None
    if weights.perceptual:
        perceptual = TeacherPerceptual(teacher) if opt.perceptual == "teacher" else LPIPS().to(device)
    return Distiller(
        teacher,
        block,
        weights,
        discriminator=judges.get("adversarial"),
        temporal_discriminator=judges.get("temporal"),
        perceptual=perceptual,
        lr=opt.lr,
        d_lr=opt.d_lr,
        beta1=opt.beta1,
        gan_mode=opt.gan_mode,
        pool_size=opt.pool_size,
        seed=opt.seed,
    )
