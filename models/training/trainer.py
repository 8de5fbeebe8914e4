"""What all trainings share: learning rates that follow a schedule, and a state to go on from."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


class Trainer:
    """Parts that change in training, and how many steps they did. A training adds `_step`.

    Attributes:
        amp: what layers compute with that torch's autocast lets compute with less than float32; None: float32.

    Args:
        optimizers: all of them; the learning rates that they come with are the initial ones.
        parts: what the state holds by these names, things with a `state_dict` or plain dicts of such.
    """

    def __init__(self, optimizers: Iterable[Optimizer], /, **parts: object):
        self.steps, self.amp, self._parts = 0, None, parts
        self._rates = [(optimizer, [group["lr"] for group in optimizer.param_groups]) for optimizer in optimizers]

    def step(self, *inputs: Tensor) -> dict[str, float]:
        """One optimisation step on a batch, see `_step` of the training: {term: weighted loss} with "total"."""
        with torch.autocast(inputs[0].device.type, self.amp or torch.bfloat16, enabled=self.amp is not None):
            return self._step(*inputs)

    def set_lr(self, factor: float) -> None:
        """Learning rate of everything = `factor` times the initial one."""
        for optimizer, rates in self._rates:
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * factor

    def state_dict(self) -> dict:
        """Everything needed to go on as if never stopped: tensors and plain values."""
        return {**_state(self._parts), "steps": self.steps}

    def load_state_dict(self, state: dict) -> None:
        _load(self._parts, state)
        self.steps = state["steps"]


def _state(part) -> dict:
    return {name: _state(one) for name, one in part.items()} if isinstance(part, dict) else part.state_dict()


def _load(part, state: dict) -> None:
    if not isinstance(part, dict):
        part.load_state_dict(state)
        return
    for name, one in part.items():
        _load(one, state[name])
