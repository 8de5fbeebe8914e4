"""--model fcn8s: train the segmentation network that scores translated frames."""

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
from models.training.fcn import FcnTrainer, init_from_scratch
from models.training.task import Task
from options.build.tasks.settings import fixed_settings
from options.build.validation import val_clips
from options.record import Options
from util import image
from util.viper import CLASSES, IGNORED, colours_of


class SegmenterTask(Task):
    """Trains an FCN-8s on video frames (folder A) and their label maps (folder B)."""

    input_names = ("frame", "labels")

    def __init__(self, opt: Options, device: torch.device):
        self.opt = opt
        self.network = init_from_scratch(FCN8s(len(CLASSES), opt.fcn_width, opt.fcn_hidden))
        self.network.to(device, memory_format=torch.channels_last)  # twice as fast on a CPU
        clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)[: opt.max_dataset_size]
        truth = ground_truth(opt, opt.split, opt.load_size)
        pairs = [pair for clip in clips for pair in zip(clip.frames, truth.paths(clip), strict=True)]
        dataset = LabelledDataset(pairs, opt.load_size, opt.fine_size, opt.flip, opt.seed)
        self.val_clips = val_clips(opt)
        super().__init__(
            trainer=FcnTrainer(self.network, IGNORED, opt.lr, opt.beta1),
            dataset=dataset,
            device=device,
            settings=fixed_settings(opt),
            facts={
                "frames": len(pairs),
                "clips": {"train": len(clips), "val": len(self.val_clips)},
                "label maps": colour_check(clips, truth, opt.load_size),
                "parameters": cost.count_params(self.network),
                "MACs": cost.count_macs(self.network, image.blank(opt.fine_size, device)),
            },
        )

    def preview(self, frames: Tensor, labels: Tensor) -> Tensor:
        """Columns: frame, label map, predicted label map."""
        class_ids = labels.cpu().numpy(), self.predict(frames)
        return image.grid(frames.cpu(), *([label_map(ids) for ids in column] for column in class_ids))

    def export(self) -> dict[str, dict]:
        return {"FCN8s": self.network.state_dict()}

    def validate(self) -> tuple[dict[str, float], list[str]]:
        """mIoU, AC and MP over the frames of held-out clips; "best" is the mIoU."""
        size, count = self.opt.fine_size, self.opt.val_frames
        truth, score, left_out = ground_truth(self.opt, "val", size), ConfusionCounts(), []
        for clip in self.val_clips:
            try:
                labels = [truth.ids(path, size) for path in truth.paths(clip, count)]
                inputs = list(frames(clip, size, count))
            except (ValueError, OSError) as error:
                left_out.append(f"validation leaves out clip {clip.name}: {error}")
                continue
            for x, ids in zip(inputs, labels, strict=True):
                score.update(self.predict(x.to(self.device))[0], ids)
        figures = score.compute(standard).get("all", {})
        return ({**figures, "best": figures["miou"]} if figures.get("miou") is not None else {}), left_out

    @torch.no_grad()
    def predict(self, x: Tensor) -> np.ndarray:
        """frames [N, 3, H, W] in [-1, 1] -> class ids uint8 [N, H, W]."""
        return self.network(x).argmax(1).to("cpu", torch.uint8).numpy()


def ground_truth(opt: Options, split: str, size: Size) -> GroundTruth:
    """The label maps of `split`, read at `size`."""
    return GroundTruth(Path(opt.dataroot) / split / "B", size)


def colour_check(clips: Sequence[Clip], truth: GroundTruth, size: Size) -> str:
    """Which colours in one label map of each clip belong to no class, in words."""
    for clip in clips:
        with suppress(UnreadableFrame):
            truth.ids(truth.paths(clip, 1)[0], size)
    return "; ".join(truth.warnings()) or "all colours known"


def label_map(ids: np.ndarray) -> Tensor:
    """Class ids [H, W] -> their colours [3, H, W] in [-1, 1]."""
    return image.to_tensor(colours_of(ids))
