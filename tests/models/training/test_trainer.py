import pytest
import torch
from torch import nn

from models.training.share import Share
from models.training.trainer import Trainer, lr_factor, optimizer_step


class Product(Trainer):
    """A step is one matrix product. `seen` is the dtype of its result."""

    def __init__(self):
        super().__init__([])

    def _step(self, x):
        product = x @ x
        self.seen = product.dtype
        return {"total": product.sum()}


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

    def _step(self, x):
        return {"total": x.sum()}

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
def test_a_step_computes_with_the_dtype_that_it_is_told_to(amp, seen):
    made = Product()
    made.amp = amp
    assert made.step(torch.ones(2, 2)) == {"total": 8.0} and made.seen == seen and made.steps == 1
    assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32  # and outside of steps as before


def weight_and_optimizer(value=1.0):
    weight = torch.nn.Parameter(torch.tensor([value]))
    return weight, torch.optim.Adam([weight, torch.nn.Parameter(torch.zeros(1))], lr=0.1)


def test_terms_that_are_not_finite_are_named_and_change_no_weight():
    weight, optimizer = weight_and_optimizer()
    terms = {"feature": weight.sum(), "output": weight.sum() * float("nan")}
    with pytest.raises(FloatingPointError, match="loss is not finite: output=nan; the last saved"):
        optimizer_step("net", optimizer, terms, Share.of(1))
    assert weight.item() == 1 and weight.grad is None


def test_a_step_goes_down_the_gradient_of_the_sum_of_these_terms_alone():
    weight, optimizer = weight_and_optimizer()
    weight.grad = torch.tensor([-100.0])
    terms = {"a": weight.square().sum(), "b": 2 * weight.sum()}
    means, total = optimizer_step("net", optimizer, terms, Share.of(1))
    assert {name: value.item() for name, value in means.items()} == {"a": 1, "b": 2}
    assert total.item() == 3 and weight.item() == pytest.approx(0.9) and weight.grad.item() == 4


@pytest.mark.parametrize(("power", "gradient"), [(2, "nan"), (1, "inf")])
def test_a_finite_loss_with_a_gradient_that_is_not_changes_no_weight(power, gradient):
    weight, optimizer = weight_and_optimizer(0.0)
    loss = (weight**power).sqrt().sum()
    assert loss.item() == 0
    with pytest.raises(FloatingPointError, match=f"gradient of net is not finite: {gradient}; the last saved"):
        optimizer_step("net", optimizer, {"root": loss}, Share.of(1))
    assert weight.item() == 0


def test_the_rate_is_constant_then_falls_in_equal_steps_and_never_reaches_zero():
    assert [lr_factor(epoch, 3, 3) for epoch in range(1, 7)] == [1, 1, 1, 0.75, 0.5, 0.25]


def test_without_decay_every_epoch_trains_at_the_full_rate():
    assert [lr_factor(epoch, 2, 0) for epoch in (1, 2)] == [1, 1]


@pytest.mark.parametrize("epoch", [0, 7])
def test_an_epoch_outside_the_training_is_refused(epoch):
    with pytest.raises(ValueError, match=r"1\.\.6"):
        lr_factor(epoch, 3, 3)


def test_what_an_optimiser_was_made_with_wins_over_a_state():
    first, second = Two(), Two()
    for optimizer in first.optimizers.values():
        optimizer.param_groups[0]["betas"] = (0.1, 0.2)
    second.load_state_dict(first.state_dict())
    assert {one.param_groups[0]["betas"] for one in second.optimizers.values()} == {(0.9, 0.999)}


def test_a_warm_start_takes_the_weights_of_all_networks_and_nothing_else():
    first, second = Two(), Two()
    first.steps = 7
    state = first.state_dict()
    assert second.start_from(state) == ["a", "b", "single"] and second.steps == 0
    assert torch.equal(second.single.weight, first.single.weight)
    del state["networks"]["a"], state["single"]
    assert second.start_from(state) == ["b"] and second.start_from({}) == []


def test_a_warm_start_from_weights_of_another_shape_is_refused():
    state = Two().state_dict()
    state["networks"]["a"] = nn.Linear(2, 1).state_dict()
    with pytest.raises(ValueError, match="the weights do not fit the a of this run: 1 of another shape: weight"):
        Two().start_from(state)
