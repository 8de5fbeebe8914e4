"""What all trainings share: a checked optimiser step, the learning-rate schedule, and a state to resume from."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import reduce

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from models.training.adam import Adam
from models.training.finite import FiniteCheck, Losses
from models.training.loss_scale import LossScale
from models.training.parts import check_moments, load_into, state_of, without_weights
from models.training.share import Share
from util.checkpoint import load_weights


class Trainer(ABC):
    """Networks and optimisers that change in training, and the number of steps done. A subclass adds `_step`.

    Attributes:
        steps: optimisation steps done, also before the training was resumed.
        accumulate: in so many parts, one after the other, a step computes the gradients of a batch. It needs the memory
            of one part.
        share: what this process trains on of the present part of the batch.
        finite: looks at all losses and gradients.
        dtype: of the weights, and of the images that a step takes.
        amp: the dtype to which torch's autocast lowers what it can; None: everything is float32. With float16 the loss
            is scaled.

    Args:
        optimizers: all optimisers, with their initial learning rates.
        parts: the entries of the state. Each is an object with a `state_dict`, or a dict of such objects.
    """

    def __init__(self, optimizers: Iterable[Optimizer], /, **parts: object):
        self.steps, self.dtype, self.accumulate, self._parts = 0, torch.float32, 1, parts
        self.finite, self.amp = FiniteCheck(), None
        made_with = [(one, [without_weights(group) for group in one.param_groups]) for one in optimizers]
        self._made_with: list[tuple[Optimizer, list[dict]]] = made_with

    share: Share

    @property
    def amp(self) -> torch.dtype | None:
        return self._amp

    @amp.setter
    def amp(self, dtype: torch.dtype | None) -> None:
        self._amp = dtype
        self._scale = LossScale(dtype)

    def step(self, *inputs: Tensor, samples: int | None = None) -> Losses:
        """One optimisation step on a batch -> {term: weighted loss, its mean over the batch}, with "total".

        See the subclass's `_step` for the inputs. Where there are several processes, all of them call this, each with
        its share of the batch. Their networks, equal before the step, are equal after it.

        It does not wait for the device: a loss or a gradient that is NaN or infinite is told when the losses are read,
        or by `check`. No weight is changed by it, nor later.

        Args:
            samples: in the batch, over all processes; None: the inputs hold all.
        """
        self._whole = Share.of(len(inputs[0]) if samples is None else samples)
        parts = self._whole.parts(self.accumulate)
        sums: dict[str, Tensor] = {}
        for number, (self.share, own) in enumerate(parts):
            self._is_first, self._is_last = number == 0, number == len(parts) - 1
            with torch.autocast(inputs[0].device.type, self.amp or torch.bfloat16, enabled=self.amp is not None):
                terms = self._step(*(x[own] for x in inputs))
            for name, value in terms.items():
                value = value.detach() * (self.share.total / self._whole.total)
                sums[name] = sums[name] + value if name in sums else value
        self._scale.update()
        self.steps += 1
        return Losses(sums, self.finite)

    def update(self, network: str, optimizer: Adam, terms: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], Tensor]:
        """Add the gradients of the sum of `terms`; after the last part of the batch, change the weights by them.

        Args:
            network: the name of the network that the optimiser trains, for messages.
            terms: scalars, by the name of the loss term; each is a mean over the samples of `share`.

        Returns:
            The terms and their sum, as means over this part of the batch.
        """
        means = self.share.means(terms)
        self.finite.losses(means)
        if self._is_first:
            optimizer.zero_grad(set_to_none=True)
        own = self.share.count / self._whole.count if self._whole.count else 1.0
        self._scale.scaled(reduce(operator.add, terms.values()) * own).backward()
        if self._is_last:
            weights = [weight for group in optimizer.param_groups for weight in group["params"]]
            self._whole.add_gradients(weights)
            self._change(network, optimizer, [w.grad for w in weights if w.grad is not None])
        return means, reduce(operator.add, means.values())

    def _change(self, network: str, optimizer: Adam, gradients: list[Tensor]) -> None:
        """Change the weights by their gradients, unless something was not finite.

        With float16 an infinite gradient is no fault: the loss was scaled up too much, and only this step is left out.
        """
        if self._scale.is_on:
            found = self._scale.unscale(optimizer, gradients)
            optimizer.found_inf = found if self.finite.found is None else torch.maximum(found, self.finite.found)
        else:
            self.finite.gradients(network, gradients)
            optimizer.found_inf = self.finite.found
        optimizer.step()

    def check(self) -> None:
        """Wait for the device: have all losses and gradients been finite?

        Raises:
            FloatingPointError: one was not. The message names it. No weight was changed by it, nor later.
        """
        self.finite.check()

    @abstractmethod
    def _step(self, *inputs: Tensor) -> dict[str, Tensor]:
        """Change the weights once -> {term: weighted loss}, scalars, with "total"."""

    def to(self, dtype: torch.dtype) -> None:
        """Compute with `dtype`: change all networks that a step uses, before the first one."""
        self.dtype = dtype
        for value in vars(self).values():
            for one in value.values() if isinstance(value, dict) else [value]:
                if isinstance(one, nn.Module):
                    one.to(dtype)

    def compile(self, backend: str = "inductor") -> None:
        """Let torch.compile make the large networks faster. Their first forward and backward passes take minutes.

        Args:
            backend: torch.compile's; not given: the one that makes code.

        Raises:
            ValueError: this training has none that torch can compile.
        """
        networks = list(self._compilable())
        if not networks:
            raise ValueError(f"--compile: {type(self).__name__} has no network that torch.compile makes faster")
        for network in networks:
            network.compile(backend=backend)

    def _compilable(self) -> Iterable[nn.Module]:
        """Large networks that run as a whole, with plain tensors."""
        return ()

    def set_lr(self, factor: float) -> None:
        """Set every learning rate to `factor` times its initial value."""
        for optimizer, groups in self._made_with:
            for group, made_with in zip(optimizer.param_groups, groups, strict=True):
                group["lr"] = made_with["lr"] * factor

    def state_dict(self) -> dict:
        """Tensors and plain values. A trainer that loads them continues exactly as this one would.

        Raises:
            FloatingPointError: see `check`.
        """
        self.check()
        return {**state_of(self._parts), "steps": self.steps, "loss_scale": self._scale.state_dict()}

    def load_state_dict(self, state: dict) -> None:
        """Go on from a state. What the optimisers were made with, such as betas, wins over the state's.

        Raises:
            ValueError: the state of an optimiser has other shapes than the weights.
            KeyError, RuntimeError, TypeError, AttributeError: it is of other networks, or no state at all.
        """
        load_into(self._parts, state)
        self.steps = int(state["steps"])
        self._scale.load_state_dict(state.get("loss_scale", {}))
        for optimizer, groups in self._made_with:
            for group, made_with in zip(optimizer.param_groups, groups, strict=True):
                group.update({**made_with, "lr": group["lr"]})
            check_moments(optimizer)

    def start_from(self, state: dict) -> list[str]:
        """Take the weights of each network that `state`, another trainer's, has too; the names of these networks.

        Raises:
            ValueError: they have other shapes.
        """
        taken = []
        for part, one in self._parts.items():
            for name, module in (one if isinstance(one, dict) else {part: one}).items():
                held = state.get(part, {})
                weights = held.get(name) if isinstance(one, dict) else held
                if isinstance(module, nn.Module) and weights:
                    load_weights(module, weights, f"the {name} of this run")
                    taken.append(name)
        return taken
