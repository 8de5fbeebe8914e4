"""--model fcn8s: train the segmentation network that scores translated frames, on frames (A) and label maps (B)."""

from functools import partial
from pathlib import Path

import torch

from data.label_maps import GroundTruth
from data.labelled import LabelledDataset
from data.labelled_clips import check_colours, labelled_frames
from models.evaluation import cost
from models.evaluation.fcn8s import FCN8s
from models.evaluation.validation import ValClip
from models.training.fcn import FcnTrainer, init_from_scratch
from models.training.tasks.segmenter import SegmenterTask
from options.build.training import fixed_settings, train_clips, val_clips
from options.record import Options
from util import image
from util.viper import CLASSES, IGNORED


def new_task(opt: Options, device: torch.device) -> SegmenterTask:
    network = init_from_scratch(FCN8s(len(CLASSES), opt.fcn_width, opt.fcn_hidden))
    # Twice as fast on a CPU. torch's stubs leave out this form of `to`.
    network.to(device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    clips, truth = train_clips(opt), GroundTruth(Path(opt.dataroot) / opt.split / "B", opt.load_size)
    pairs = [pair for clip in clips for pair in zip(clip.frames, truth.paths(clip), strict=True)]
    held_out = _held_out(opt)
    return SegmenterTask(
        FcnTrainer(network, IGNORED, opt.lr, opt.beta1),
        network,
        held_out,
        dataset=LabelledDataset(pairs, opt.load_size, opt.crop_size, opt.flip, opt.seed),
        device=device,
        settings=fixed_settings(opt),
        facts={
            "frames": len(pairs),
            "clips": {"train": len(clips), "val": len(held_out)},
            "label maps": check_colours(clips, truth, opt.load_size),
            "parameters": cost.count_params(network),
            "MACs": cost.count_macs(network, image.blank(opt.crop_size, device)),
        },
    )


def _held_out(opt: Options) -> list[ValClip]:
    """The clips to validate on, frames with their label maps."""
    truth = GroundTruth(Path(opt.dataroot) / "val" / "B", opt.crop_size)
    return [
        ValClip(clip.name, partial(labelled_frames, clip, truth, opt.crop_size, opt.val_frames))
        for clip in val_clips(opt)
    ]
