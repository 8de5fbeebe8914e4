"""Float16 in training: the loss is scaled up, since its small gradients would be 0 otherwise."""

import torch
from torch import Tensor
from torch.amp.grad_scaler import GradScaler
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer


class LossScale:
    """torch's GradScaler where networks compute in float16; with other number types it does nothing.

    The scale grows as long as gradients are finite. Where one is not, the step changes no weight and the scale shrinks.
    It never waits for the device.

    Args:
        dtype: of the networks' computations; None is float32.
    """

    def __init__(self, dtype: torch.dtype | None = None):
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._scaler = GradScaler(device, enabled=dtype == torch.float16)

    @property
    def is_on(self) -> bool:
        return self._scaler.is_enabled()

    def scaled(self, loss: Tensor) -> Tensor:
        """The loss to call `backward` on."""
        return self._scaler.scale(loss)

    def unscale(self, optimizer: Optimizer, gradients: list[Tensor]) -> Tensor:
        """Divide an optimiser's gradients by the scale, once a step. Float32 scalar: 1 if one is not finite, else 0."""
        self._scaler.unscale_(optimizer)
        return (~torch.isfinite(get_total_norm(gradients, norm_type=float("inf")))).float()

    def update(self) -> None:
        """A step is done, with all its optimisers."""
        if self.is_on:
            self._scaler.update()

    def state_dict(self) -> dict:
        return self._scaler.state_dict()

    def load_state_dict(self, state: dict) -> None:
        """Go on with the scale of a state; one of another number type has none."""
        if self.is_on and state:
            self._scaler.load_state_dict(state)
