"""Finds losses and gradients that are NaN or infinite, without waiting for the device in every step."""

import math
from collections.abc import Iterator, Mapping
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

UNTOUCHED = "the last saved checkpoint is untouched"
LONGEST = 1000  # values that wait to be read at most


class FiniteCheck:
    """Looks at every loss and gradient of a training.

    What it looks at stays on the device, and so does `found`. Optimisers that obey `found` change no weight from the
    first value on that is not finite: the weights stay as they were before it, however late `check` is called.

    Attributes:
        found: float32 scalar on the device: 1 from the first value on that is NaN or infinite, 0 before it; None:
            nothing was looked at.
    """

    def __init__(self) -> None:
        self.found: Tensor | None = None
        self._waiting: list[tuple[str, Tensor]] = []  # what to say of a value, the value
        self._error: str | None = None

    def losses(self, means: Mapping[str, Tensor]) -> None:
        """Look at loss terms, scalars by name."""
        for name, value in means.items():
            self._look(f"loss is not finite: {name}={{:g}}", value)

    def gradients(self, network: str, gradients: list[Tensor]) -> None:
        """Look at the gradients of a network. Those of a finite loss can be infinite."""
        self._look(f"gradient of {network} is not finite: {{:g}}", get_total_norm(gradients, norm_type=float("inf")))

    def check(self) -> None:
        """Wait for the device and read what it found.

        Raises:
            FloatingPointError: a value was not finite. The message names the first one. No weight was changed by it,
                nor after it. Every later call raises it again.
        """
        waiting, self._waiting = self._waiting, []
        if self._error is None and self.found is not None and self.found.item():
            values = [value.item() for _, value in waiting]
            told = next(text for (text, _), x in zip(waiting, values, strict=True) if not math.isfinite(x))
            worst = next(x for x in values if not math.isfinite(x))
            self._error = f"{told.format(worst)}; {UNTOUCHED}"
        if self._error is not None:
            raise FloatingPointError(self._error)

    def _look(self, text: str, value: Tensor) -> None:
        if len(self._waiting) >= LONGEST:
            self.check()
        value = value.detach()
        bad = (~torch.isfinite(value)).float()
        self.found = bad if self.found is None else torch.maximum(self.found, bad)
        self._waiting.append((text, value))


class Losses(Mapping[str, float]):
    """The loss terms of one step by name, which are read from the device when the first one is asked for.

    Args:
        terms: scalars on the device.
        finite: has looked at them.

    Raises:
        FloatingPointError: when a term is asked for and a value of this step or of an earlier one is not finite.
    """

    def __init__(self, terms: Mapping[str, Tensor], finite: FiniteCheck):
        self._terms, self._finite = {name: value.detach() for name, value in terms.items()}, finite

    @cached_property
    def _values(self) -> dict[str, float]:
        self._finite.check()
        together = torch.stack([value.double() for value in self._terms.values()])
        return dict(zip(self._terms, together.tolist(), strict=True))

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)
