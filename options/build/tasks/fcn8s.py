"""--model fcn8s: train the segmentation network that scores translated frames, on frames (A) and label maps (B)."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from data import Clip
from data.frames import Size, UnreadableFrame
from data.label_maps import GroundTruth
from data.labelled import LabelledDataset
from data.stream import frames
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
    network.to(device, memory_format=torch.channels_last)  # twice as fast on a CPU
    clips, truth = train_clips(opt), ground_truth(opt, opt.split, opt.load_size)
    pairs = [pair for clip in clips for pair in zip(clip.frames, truth.paths(clip), strict=True)]
    held_out = [ValClip(clip.name, partial(labelled_frames, opt, clip)) for clip in val_clips(opt)]
    return SegmenterTask(
        FcnTrainer(network, IGNORED, opt.lr, opt.beta1),
        network,
        held_out,
        dataset=LabelledDataset(pairs, opt.load_size, opt.fine_size, opt.flip, opt.seed),
        device=device,
        settings=fixed_settings(opt),
        facts={
            "frames": len(pairs),
            "clips": {"train": len(clips), "val": len(held_out)},
            "label maps": colour_check(clips, truth, opt.load_size),
            "parameters": cost.count_params(network),
            "MACs": cost.count_macs(network, image.blank(opt.fine_size, device)),
        },
    )


def labelled_frames(opt: Options, clip: Clip) -> list[tuple[Tensor, np.ndarray]]:
    """(frame [1, 3, H, W] in [-1, 1], class ids uint8 [H, W]) of the first frames of a held-out clip."""
    size, count = opt.fine_size, opt.val_frames
    truth = ground_truth(opt, "val", size)
    labels = [truth.ids(path, size) for path in truth.paths(clip, count)]
    return list(zip(frames(clip, size, count), labels, strict=True))


def ground_truth(opt: Options, split: str, size: Size) -> GroundTruth:
    """The label maps of `split`, read at `size`."""
    return GroundTruth(Path(opt.dataroot) / split / "B", size)


def colour_check(clips: Sequence[Clip], truth: GroundTruth, size: Size) -> str:
    """Which colours in one label map of each clip belong to no class, in words."""
    for clip in clips:
        with suppress(UnreadableFrame):
            truth.ids(truth.paths(clip, 1)[0], size)
    return "; ".join(truth.warnings()) or "all colours known"
