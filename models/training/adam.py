"""The optimiser of all trainings."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class Adam(torch.optim.Adam):
    """torch's Adam with all weights changed in one pass (`fused`), which can also be told on the device to change none.

    Attributes:
        found_inf: a float32 scalar on the device of the weights, or None. Where it is 1, `step` changes nothing. torch
            defines it for its GradScaler; no other form of Adam has it.
    """

    found_inf: Tensor | None

    def __init__(self, params: Iterable[Any], lr: float, betas: tuple[float, float] = (0.9, 0.999)):
        super().__init__(params, lr, betas, fused=True)
        self.found_inf = None

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on from a state, also from one of another form of Adam, as earlier versions wrote it."""
        groups = [{**group, "fused": True, "foreach": None} for group in state_dict["param_groups"]]
        super().load_state_dict({**state_dict, "param_groups": groups})
