"""How a result is compared with a reference."""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor, nn


class Check(NamedTuple):
    quantity: str
    error: float
    tolerance: float

    @property
    def ok(self) -> bool:
        return self.error <= self.tolerance  # False for NaN


def compare(quantity: str, found: Tensor, expected: Tensor, tolerance: float | None = None) -> Check:
    """Largest absolute difference, allowed 1e-4 of the expected array's standard deviation unless told otherwise."""
    if found.shape != expected.shape:
        return Check(f"{quantity} is {list(found.shape)}, not {list(expected.shape)}", float("nan"), 0.0)
    tolerance = 1e-4 * expected.std(unbiased=False).item() if tolerance is None else tolerance
    return Check(quantity, (found.detach() - expected).abs().max().item(), tolerance)


def compare_gradient(quantity: str, found: Tensor, expected: Tensor) -> Check:
    return compare(quantity, found, expected, 1e-4 * expected.abs().max().item())


def compare_loss(quantity: str, found: Tensor, expected: Tensor) -> Check:
    return compare(quantity, found, expected, 1e-5 * max(1.0, abs(expected.item())))


def params(data: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix("param/"): value for key, value in data.items() if key.startswith("param/")}


def load(module: nn.Module, weights: Mapping[str, Tensor]) -> nn.Module:
    module.load_state_dict(weights, strict=True)
    return module.eval()
