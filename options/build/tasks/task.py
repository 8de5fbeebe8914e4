"""What one training is made of: the builders make it from options, train.py runs it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import Dataset

from models.training.trainer import Trainer
from options.flags.teachers import flags_of_other_families
from options.record import ONE_CALL, REMOVED, Options

PICTURED = 4  # items of a batch that a picture shows, a row each


@dataclass(frozen=True)
class Run:
    """What one training is made of.

    dataset: its length is one epoch.
    inputs: what its items call the arguments of the trainer's step.
    draw: a few of those arguments -> a picture [3, H, W] of what the networks make of them.
    export: writes the weights under a label ("latest", "best" or an epoch's number).
    networks: names of the networks that export writes, as <label>_net_<name>.pth.
    validate: figures on held-out clips, "best" among them decides which weights are kept as best; and for each clip
        left out a line that says why.
    settings: plain values that every part of a resumed run must share.
    facts: what --dry_run shows.
    warnings: what speaks against training this at all, a line each.
    """

    trainer: Trainer
    dataset: Dataset
    device: torch.device
    inputs: tuple[str, ...]
    draw: Callable[..., Tensor]
    export: Callable[[str], None]
    networks: tuple[str, ...]
    validate: Callable[[], tuple[dict[str, float], list[str]]]
    settings: dict[str, object]
    facts: dict[str, object]
    warnings: tuple[str, ...] = ()

    def take(self, batch: dict) -> tuple[Tensor, ...]:
        """The arguments of the trainer's step."""
        return tuple(batch[name].to(self.device) for name in self.inputs)

    def picture(self, batch: dict) -> Tensor:
        """A picture [3, H, W] of what the networks make of the first few of a batch."""
        return self.draw(*self.take({name: batch[name][:PICTURED] for name in self.inputs})).cpu()


def fixed_settings(opt: Options) -> dict[str, object]:
    """The options that every part of a resumed run must share: those that have an effect on what is trained."""
    left_out = ONE_CALL | opt.may_change | flags_of_other_families(opt)
    settled = {name: v for name, v in vars(opt).items() if name not in left_out}
    return {**REMOVED, **settled}
