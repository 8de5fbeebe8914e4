"""What one training is made of: the builders make it from options, train.py runs it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.utils.data import Dataset

from models.distiller import Distiller
from models.fcn_trainer import FcnTrainer
from models.teachers.unsup_trainer import UnsupTrainer
from models.teachers.vtoonify.cartoon_trainer import CartoonTrainer
from options.record import ONE_CALL, Options

# What may differ between the parts of a resumed run: how long, how often, how fast, from where.
MAY_CHANGE = ONE_CALL | {
    *("name", "checkpoints_dir", "tensorboard_dir", "dataroot", "main_G_path", "vgg_path", "gpu_ids", "nThreads"),
    *("niter", "niter_decay", "print_freq", "display_freq", "save_latest_freq", "save_epoch_freq"),
    *("val_clips", "val_frames", "deform_backend", "exstyle_path", "faceparsing_path"),
    *("style_encoder_path", "landmarks_path"),
}


@dataclass(frozen=True)
class Run:
    """What one training is made of.

    items: samples of one epoch.
    take: batch -> the arguments of the trainer's step.
    picture: batch -> a picture [3, H, W] of what the networks make of it.
    export: writes the weights under a label ("latest", "best" or an epoch's number).
    networks: names of the networks that export writes, as <label>_net_<name>.pth.
    validate: figures on held-out clips, "best" among them decides which weights are kept as best; and for each clip
        left out a line that says why.
    settings: plain values that every part of a resumed run must share.
    facts: what --dry_run shows.
    """

    trainer: Distiller | UnsupTrainer | FcnTrainer | CartoonTrainer
    dataset: Dataset
    items: int
    take: Callable[[dict], tuple]
    picture: Callable[[dict], torch.Tensor]
    export: Callable[[str], None]
    networks: tuple[str, ...]
    validate: Callable[[], tuple[dict[str, float], list[str]]]
    settings: dict[str, object]
    facts: dict[str, object]


def fixed_settings(opt: Options) -> dict[str, object]:
    """The options that every part of a resumed run must share."""
    return {name: value for name, value in vars(opt).items() if name not in MAY_CHANGE}
