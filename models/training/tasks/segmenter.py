"""Train the segmentation network that scores translated frames."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from models.evaluation.fcn8s import FCN8s
from models.evaluation.metrics.segmentation import ConfusionCounts, standard
from models.evaluation.validation import ValClip, readable
from models.training.fcn import FcnTrainer
from models.training.task import Task
from util import distributed, exchange, image
from util.viper import colours_of


class SegmenterTask(Task):
    """Trains an FCN-8s on video frames and their label maps.

    Args:
        trainer: trains `network`.
        val_clips: held-out clips of (frame [1, 3, H, W] in [-1, 1], class ids uint8 [H, W]).
        common: the further arguments of `Task`.
    """

    input_names = ("frame", "labels")

    def __init__(
        self, trainer: FcnTrainer, network: FCN8s, val_clips: Sequence[ValClip[tuple[Tensor, np.ndarray]]], **common
    ):
        super().__init__(trainer, **common)
        self.network, self._val_clips = network, val_clips

    def preview(self, frames: Tensor, labels: Tensor) -> Tensor:
        """Columns: frame, label map, predicted label map."""
        class_ids = labels.cpu().numpy(), self.predict(frames)
        return image.grid(frames.cpu(), *([label_map(ids) for ids in column] for column in class_ids))

    def export(self) -> dict[str, dict]:
        return {"FCN8s": self.network.state_dict()}

    def validate(self) -> tuple[dict[str, float], list[str]]:
        """mIoU, AC and MP over the frames of held-out clips; "best" is the mIoU."""
        score, left_out = ConfusionCounts(), []
        for _, items in readable(distributed.own(self._val_clips), left_out):
            for x, ids in items:
                score.update(self.predict(x.to(self.device))[0], ids)
        for other in exchange.collect(score):
            score.merge(other)
        scores = exchange.from_main(lambda: score.compute(standard).get("all", {}))
        figures = {name: x for name, x in scores.items() if x is not None}
        left_out = [line for lines in exchange.gather(left_out) for line in lines]
        return ({**figures, "best": figures["miou"]} if "miou" in figures else {}), left_out

    @torch.no_grad()
    def predict(self, x: Tensor) -> np.ndarray:
        """frames [N, 3, H, W] in [-1, 1] -> class ids uint8 [N, H, W]."""
        return self.network(x).argmax(1).to("cpu", torch.uint8).numpy()


def label_map(ids: np.ndarray) -> Tensor:
    """Class ids [H, W] -> their colours [3, H, W] in [-1, 1]."""
    return image.to_tensor(colours_of(ids))
