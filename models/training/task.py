"""What one training consists of. The training loop runs it; models/training/tasks/ has one subclass per --model."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.utils.data import Dataset

from models.training.trainer import Trainer


class Task(ABC):
    """What is trained, on which data, and what is shown, saved and measured during training.

    Attributes:
        input_names: the entries of a dataset item that the trainer's step takes, in its order.

    Args:
        trainer: does the optimisation steps.
        dataset: one pass over it is an epoch. Items are dicts of tensors, and "skipped", the names of frames that could
            not be read.
        device: where the networks are.
        settings: plain values that must stay the same when the run is resumed.
        facts: counts, sizes and costs by name, which are printed before the first step.
        warnings: reasons why this training cannot pay, one line each.
    """

    input_names: tuple[str, ...]

    def __init__(
        self,
        trainer: Trainer,
        dataset: Dataset,
        device: torch.device,
        settings: Mapping[str, object],
        facts: Mapping[str, object],
        warnings: tuple[str, ...] = (),
    ):
        self.trainer, self.dataset, self.device = trainer, dataset, device
        self.settings, self.facts, self.warnings = settings, facts, warnings

    def inputs(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        """The arguments of the trainer's step, on the device."""
        values = (batch[name].to(self.device, non_blocking=True) for name in self.input_names)
        return tuple(x.to(self.trainer.dtype) if x.is_floating_point() else x for x in values)

    @abstractmethod
    def preview(self, *inputs: Tensor) -> Tensor:
        """Inputs of a step -> what the networks make of them: an image [3, H, W] in [-1, 1], one row per sample."""

    @abstractmethod
    def export(self) -> dict[str, dict]:
        """{network: its weights}: what the files <label>_net_<network>.pth hold."""

    def validate(self) -> tuple[dict[str, float], list[str]]:
        """Scores on held-out clips, and one line for each clip that could not be read.

        The weights with the highest "best" among the scores are kept as the best. No scores: nothing was validated.
        """
        return {}, []
