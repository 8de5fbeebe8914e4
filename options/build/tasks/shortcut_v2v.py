"""--model ShortcutV2V: distil a Shortcut block into a frozen teacher."""

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
from models.training.task import Task
from options.build.faces import first_face
from options.build.tasks.settings import fixed_settings
from options.build.teacher import load_teacher
from options.build.validation import val_clips, validate
from options.record import Options
from util import checkpoint, image
from util.report.verdict import warnings


class ShortcutTask(Task):
    """Trains a Shortcut block on pairs of a reference frame and a later frame of the same clip."""

    input_names = ("reference", "current")
    trainer: Distiller

    def __init__(self, opt: Options, device: torch.device):
        clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.max_dataset_size]
        self.opt, self.val_clips = opt, val_clips(opt)
        self.teacher, self.teacher_fingerprint = load_teacher(opt, device, first_face(opt, clips))
        self.block = new_block(opt, self.teacher).to(device)
        self.block.use_backend(opt.deform_backend)
        trainer = new_distiller(opt, self.teacher, self.block, device)
        max_gap = opt.max_interval - (opt.refresh_output == "teacher")
        macs = measure_cost(self.teacher, self.block, image.blank(opt.fine_size, device), opt.max_interval)["macs"]
        start, end = self.teacher.split
        super().__init__(
            trainer=trainer,
            dataset=PairDataset(clips, max_gap, opt.load_size, opt.fine_size, opt.flip, opt.seed, opt.gaps),
            device=device,
            settings={
                **fixed_settings(opt),
                "teacher_fingerprint": self.teacher_fingerprint,
                **style_fingerprint(opt, self.teacher),
            },
            facts={
                "clips": {"train": len(clips), "val": len(self.val_clips)},
                "distances": f"1..{max_gap}",
                "teacher features": f"{self.teacher.f_channels} channels, layers {start}..{end}",
                "parameters": {"teacher": count_weights(self.teacher), "block": cost.count_params(self.block)},
                "MACs": macs,
            },
            warnings=tuple(warnings(macs)),
        )

    def preview(self, reference: Tensor, current: Tensor) -> Tensor:
        """Columns: reference frame, current frame, the teacher's output, the Shortcut's output, blending mask."""
        images = self.trainer.preview(reference, current)
        size = images["teacher"].shape[2:]
        for name in ("reference", "current"):  # a teacher may enlarge its frames
            images[name] = F.interpolate(images[name], size=size, mode="bilinear")
        images["mask"] = [image.mask_image(mask, size) for mask in images["mask"]]
        return image.grid(*(images[key] for key in ("reference", "current", "teacher", "shortcut", "mask")))

    def export(self) -> dict[str, dict]:
        split, steps = self.teacher.split, self.trainer.steps
        return {"ShortcutV2V": to_checkpoint(self.block, self.teacher_fingerprint, split, steps=steps)}

    def validate(self) -> tuple[dict[str, float], list[str]]:
        """See `options.build.validation.validate`."""
        return validate(self.opt, self.val_clips, self.teacher, self.block, self.device)


def style_fingerprint(opt: Options, teacher: Teacher) -> dict[str, str]:
    """What identifies the style of a VToonify, which the teacher's own fingerprint does not cover."""
    return {"style_fingerprint": checkpoint.fingerprint(teacher.state_dict())} if opt.teacher == "vtoonify" else {}


def new_block(opt: Options, teacher: Teacher) -> AnyBlock:
    """A new block of the form and shape in the flags. What is not given is as published.

    Raises:
        ValueError: --feat_ch is not the number of channels of the teacher's features.
    """
    published = {"feat_ch": teacher.a_channels, "h_dim": 64, "num_dg": 1, "g_layers": 2, "l_layers": 3}
    shape = {**published, "offset_g_size": 1, "offset_l_size": 3, "adabd_dilation": 1}
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
    if opt.init_type == "reuse" and form == "published":  # a full-size block always starts from reuse
        return start_from_reuse(block, opt.mask_initial)
    return block


def new_distiller(opt: Options, teacher: Teacher, block: AnyBlock, device: torch.device) -> Distiller:
    """The trainer of `block`. Only terms with a weight above 0 get their network."""
    weights = LossWeights(
        feature=opt.lambda_L1,
        align=opt.lambda_align,
        output=opt.lambda_L1_out,
        squared=opt.lambda_L2_out,
        adversarial=opt.lambda_D,
        temporal=opt.lambda_D_T if opt.Temporal_GAN_loss else 0.0,
        perceptual=0.0 if opt.perceptual == "none" else opt.lambda_lpips,
    )
    kinds = {"adversarial": SpectralPatchDiscriminator, "temporal": TemporalPatchDiscriminator}
    discriminators = {
        term: init_xavier(kind(opt.ndf, opt.Shortcut_n_layers_D)).to(device)
        for term, kind in kinds.items()
        if getattr(weights, term)
    }
    perceptual = None
    if weights.perceptual:
        perceptual = TeacherPerceptual(teacher) if opt.perceptual == "teacher" else LPIPS().to(device)
    return Distiller(
        teacher,
        block,
        weights,
        discriminator=discriminators.get("adversarial"),
        temporal_discriminator=discriminators.get("temporal"),
        perceptual=perceptual,
        lr=opt.lr,
        d_lr=opt.d_lr,
        beta1=opt.beta1,
        gan_mode=opt.gan_mode,
        pool_size=opt.pool_size,
        seed=opt.seed,
    )
