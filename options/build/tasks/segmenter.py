"""From options to the training of the network that judges translated frames."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from data import Clip, find_clips
from data.frames import Size, UnreadableFrame
from data.label_maps import GroundTruth
from data.labelled import LabelledDataset
from data.stream import frames
from models.evaluation import cost
from models.evaluation.fcn8s import FCN8s
from models.evaluation.metrics.segmentation import ConfusionCounts, standard
from models.training.fcn_trainer import FcnTrainer, start_from_nothing
from options.build.tasks.task import Run, fixed_settings
from options.build.validation import val_clips
from options.record import Options
from util import checkpoint, image
from util.viper import CLASSES, IGNORED, colours_of


def segmenter_training(opt: Options, device: torch.device) -> Run:
    """The training of an FCN-8s on video frames (A) and their label maps (B)."""
    network = start_from_nothing(FCN8s(len(CLASSES), opt.fcn_width, opt.fcn_hidden))
    network.to(device, memory_format=torch.channels_last)  # half the time on a CPU
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.max_dataset_size]
    truth = truth_of(opt, opt.split, opt.load_size)
    pairs = [pair for clip in clips for pair in zip(clip.frames, truth.paths(clip), strict=True)]
    dataset = LabelledDataset(pairs, opt.load_size, opt.fine_size, opt.flip, opt.seed)
    held_out = val_clips(opt)
    trainer = FcnTrainer(network, IGNORED, opt.lr, opt.beta1)

    def draw(frames: Tensor, labels: Tensor) -> Tensor:
        ids = labels.cpu().numpy(), classes_of(network, frames)
        return image.grid(frames.cpu(), *([label_map(one) for one in many] for many in ids))

    x = image.blank(opt.fine_size, device)
    return Run(
        trainer=trainer,
        dataset=dataset,
        device=device,
        inputs=("frame", "labels"),
        draw=draw,
        export=lambda label: checkpoint.save(opt.run_dir / f"{label}_net_FCN8s.pth", network.state_dict()),
        networks=("FCN8s",),
        validate=lambda: validate(opt, held_out, network, device),
        settings=fixed_settings(opt),
        facts={
            "frames": len(pairs),
            "clips": {"train": len(clips), "val": len(held_out)},
            "label maps": colours_seen(clips, truth, opt.load_size),
            "parameters": cost.count_params(network),
            "MACs": cost.count_macs(network, x),
        },
    )


def truth_of(opt: Options, split: str, size: Size) -> GroundTruth:
    return GroundTruth(Path(opt.dataroot) / split / "B", size)


def colours_seen(clips: Sequence[Clip], truth: GroundTruth, size: Size) -> str:
    """Whether the label maps, one of each clip, have the colours that they should."""
    for clip in clips:
        with suppress(UnreadableFrame):
            truth.ids(truth.paths(clip, 1)[0], size)
    return "; ".join(truth.warnings()) or "all colours known"


@torch.no_grad()
def classes_of(network: FCN8s, x: Tensor) -> np.ndarray:
    """Class ids uint8 [N, H, W] that the network sees in frames [N, 3, H, W] in [-1, 1]."""
    return network(x).argmax(1).to("cpu", torch.uint8).numpy()


def label_map(ids: np.ndarray) -> Tensor:
    """[3, H, W] in [-1, 1] of class ids [H, W]."""
    return image.to_tensor(colours_of(ids))


def validate(
    opt: Options, clips: Sequence[Clip], network: FCN8s, device: torch.device
) -> tuple[dict[str, float], list[str]]:
    """mIoU, AC and MP over held-out frames, "best" being the mIoU; and a line for each clip that could not be read."""
    truth, score, left_out = truth_of(opt, "val", opt.fine_size), ConfusionCounts(), []
    for clip in clips:
        try:
            paths = truth.paths(clip, opt.val_frames)
            meant = [truth.ids(path, opt.fine_size) for path in paths]
            shown = list(frames(clip, opt.fine_size, opt.val_frames))
        except (ValueError, OSError) as error:
            left_out.append(f"validation leaves out clip {clip.name}: {error}")
        else:
            for x, ids in zip(shown, meant, strict=True):
                score.update(classes_of(network, x.to(device))[0], ids)
    figures = score.compute(standard).get("all", {})
    return ({**figures, "best": figures["miou"]} if figures.get("miou") is not None else {}), left_out
