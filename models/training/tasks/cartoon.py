"""Train a small VToonify to turn frames into cartoons."""

from collections.abc import Mapping, Sequence

import torch.nn.functional as F
from torch import Tensor

from models.evaluation.metrics.image import Psnr, unit_pair
from models.training.cartoon import CartoonTrainer
from models.training.task import Task
from util import exchange, image


class CartoonTask(Task):
    """Trains a VToonify of one style on frames and their cartoons.

    Args:
        trainer: holds network and style.
        val_pairs: held-out {"frame": [3, h, w], "cartoon": [3, 4h, 4w]}, both in [-1, 1]. Each validation reads them
            anew.
        common: the further arguments of `Task`.
    """

    input_names = ("frame", "cartoon")
    trainer: CartoonTrainer

    def __init__(self, trainer: CartoonTrainer, val_pairs: Sequence[Mapping[str, Tensor]], **common):
        super().__init__(trainer, **common)
        self._val_pairs = val_pairs

    def preview(self, frames: Tensor, cartoons: Tensor) -> Tensor:
        """Columns: frame, the network's cartoon, the target."""
        enlarged = F.interpolate(frames, size=cartoons.shape[2:])
        return image.grid(enlarged, self.trainer.translate(frames), cartoons)

    def export(self) -> dict[str, dict]:
        return {"vtoonify": self.trainer.weights()}

    def validate(self) -> tuple[dict[str, float], list[str]]:
        """PSNR in dB between the network's cartoons and the targets, also as "best"."""
        scores = exchange.shared_map(self._psnr, range(len(self._val_pairs)))
        if not scores:
            return {}, []
        psnr = sum(scores) / len(scores)
        return {"psnr": psnr, "best": psnr}, []

    def _psnr(self, number: int) -> float:
        pair = self._val_pairs[number]
        cartoon = self.trainer.translate(pair["frame"][None].to(self.device))
        return Psnr.measure(*unit_pair(cartoon.cpu(), pair["cartoon"][None]))
