"""One step of an optimiser, refused where a number is not finite, so that no weight ever becomes NaN."""

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer

UNTOUCHED = "the last saved checkpoint is untouched"


def check_finite(terms: dict[str, Tensor]) -> None:
    """Raise FloatingPointError naming the terms that are NaN or infinite."""
    bad = {name: value.item() for name, value in terms.items() if not torch.isfinite(value)}
    if bad:
        shown = ", ".join(f"{name}={value:g}" for name, value in bad.items())
        raise FloatingPointError(f"loss is not finite: {shown}; {UNTOUCHED}")


def descend(name: str, optimizer: Optimizer, loss: Tensor) -> None:
    """Move the weights of `optimizer`, those of network `name`, down the gradient of `loss`.

    Raises:
        FloatingPointError: the gradient is NaN or infinite, which a finite loss does not rule out; the message says
            whose it is, and no weight was changed.
    """
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    largest = get_total_norm([w.grad for w in weights if w.grad is not None], norm_type=float("inf"))
    if not torch.isfinite(largest):
        raise FloatingPointError(f"gradient of {name} is not finite: {largest.item():g}; {UNTOUCHED}")
    optimizer.step()
