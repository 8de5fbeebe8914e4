import pytest
import torch
from torch import nn

from models.training.trainer import Trainer


class Product(Trainer):
    """A step is one matrix product; it keeps the type of the numbers that came out."""

    def __init__(self):
        super().__init__([])

    def _step(self, x):
        self.seen = (x @ x).dtype
        return {"total": 0.0}


class Two(Trainer):
    """Two weights that learn at different rates, each in an optimiser of its own."""

    def __init__(self):
        self.networks = {name: nn.Linear(1, 1) for name in "ab"}
        rates = {"a": 0.1, "b": 0.2}
        self.optimizers = {n: torch.optim.Adam(self.networks[n].parameters(), rates[n]) for n in rates}
        self.single = nn.Linear(1, 1)
        super().__init__(
            self.optimizers.values(), networks=self.networks, optimizers=self.optimizers, single=self.single
        )

    def rates(self):
        return [group["lr"] for optimizer in self.optimizers.values() for group in optimizer.param_groups]


def test_rates_follow_the_initial_ones_also_after_a_state_was_loaded():
    first, second = Two(), Two()
    first.set_lr(0.5)
    first.set_lr(0.25)
    assert first.rates() == [0.1 * 0.25, 0.2 * 0.25]
    second.load_state_dict(first.state_dict())
    assert second.rates() == first.rates()
    second.set_lr(1.0)
    assert second.rates() == [0.1, 0.2]


def test_a_state_holds_every_part_by_its_name_and_the_steps():
    first, second = Two(), Two()
    first.steps = 7
    state = first.state_dict()
    assert {name: set(state[name]) for name in ("networks", "optimizers", "single")} == {
        "networks": {"a", "b"},
        "optimizers": {"a", "b"},
        "single": {"weight", "bias"},
    }
    second.load_state_dict(state)
    assert second.steps == 7 and torch.equal(second.single.weight, first.single.weight)
    assert torch.equal(second.networks["b"].weight, first.networks["b"].weight)


@pytest.mark.parametrize(("amp", "seen"), [(None, torch.float32), (torch.bfloat16, torch.bfloat16)])
def test_a_step_computes_with_the_numbers_that_it_is_told_to(amp, seen):
    made = Product()
    made.amp = amp
    assert made.step(torch.ones(2, 2)) == {"total": 0.0} and made.seen == seen
    assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32  # and outside of steps as before
