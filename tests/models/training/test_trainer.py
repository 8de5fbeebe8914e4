import copy

import pytest
import torch
from torch import nn

from models.training.adam import Adam
from models.training.trainer import Trainer


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
        self.optimizers = {n: Adam(self.networks[n].parameters(), rates[n]) for n in rates}
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


def test_in_float16_the_gradients_are_those_of_the_unscaled_loss():
    plain, half = (One(lambda w, x: {"a": (w * x).square().sum() * 1e-3}) for _ in range(2))
    half.amp = torch.float16
    for trainer in (plain, half):
        for _ in range(3):
            trainer.step(torch.ones(1, 1))
    assert half.weight.item() == pytest.approx(plain.weight.item(), abs=1e-6) != 1.0


def test_in_float16_a_step_whose_gradients_overflow_changes_nothing_and_the_training_goes_on():
    trainer = One(lambda w, x: {"a": (w * x).sum()})
    trainer.amp = torch.float16
    before = trainer.state_dict()["loss_scale"]["scale"]
    trainer.step(torch.full((1, 1), 1e35))  # times the scale, 65536, this is infinite
    assert trainer.weight.item() == 1.0 and trainer.state_dict()["loss_scale"]["scale"] == before / 2
    trainer.step(torch.ones(1, 1))
    assert trainer.weight.item() != 1.0
    trainer.check()


def test_in_float16_a_loss_that_is_not_finite_ends_the_training():
    trainer = One(lambda w, x: {"a": (w * x).sum()})
    trainer.amp = torch.float16
    trainer.step(torch.full((1, 1), float("nan")))
    with pytest.raises(FloatingPointError, match="loss is not finite"):
        trainer.check()
    assert trainer.weight.item() == 1.0


def test_the_scale_of_float16_is_part_of_the_state_and_other_precisions_have_none():
    first, second, plain = (One(lambda w, x: {"a": (w * x).sum()}) for _ in range(3))
    first.amp = second.amp = torch.float16
    first.step(torch.full((1, 1), 1e35))
    second.load_state_dict(first.state_dict())
    assert second.state_dict()["loss_scale"] == first.state_dict()["loss_scale"] != {}
    plain.load_state_dict(first.state_dict())
    second.load_state_dict(plain.state_dict())
    assert plain.state_dict()["loss_scale"] == {}


class One(Trainer):
    """One weight; the terms of a step are those of the function `terms` (weight, inputs) -> {name: scalar}."""

    def __init__(self, terms, value=1.0, rate=0.1):
        self.terms, self.weight = terms, nn.Parameter(torch.tensor([value]))
        self.optimizer = Adam([self.weight, nn.Parameter(torch.zeros(1))], rate)
        super().__init__([self.optimizer], optimizer=self.optimizer)

    def _step(self, x):
        terms, total = self.update("net", self.optimizer, self.terms(self.weight, x))
        return {**terms, "total": total}


def test_terms_that_are_not_finite_are_named_and_change_no_weight():
    made = One(lambda weight, x: {"feature": weight.sum(), "output": weight.sum() * x.sum()})
    losses = made.step(torch.tensor([float("nan")]))
    with pytest.raises(FloatingPointError, match="loss is not finite: output=nan; the last saved"):
        losses["total"]
    assert made.weight.item() == 1


def test_a_step_goes_down_the_gradient_of_the_sum_of_these_terms_alone():
    made = One(lambda weight, x: {"a": weight.square().sum(), "b": 2 * weight.sum()})
    made.weight.grad = torch.tensor([-100.0])
    assert made.step(torch.ones(1)) == {"a": 1, "b": 2, "total": 3}
    assert made.weight.item() == pytest.approx(0.9) and made.weight.grad.item() == 4


@pytest.mark.parametrize(("power", "gradient"), [(2, "nan"), (1, "inf")])
def test_a_finite_loss_with_a_gradient_that_is_not_changes_no_weight(power, gradient):
    made = One(lambda weight, x: {"root": (weight**power).sqrt().sum()}, 0.0)
    made.step(torch.ones(1))
    with pytest.raises(FloatingPointError, match=f"gradient of net is not finite: {gradient}; the last saved"):
        made.check()
    assert made.weight.item() == 0


def test_no_weight_changes_from_a_bad_step_on_and_no_state_of_it_can_be_saved():
    made = One(lambda weight, x: {"square": (weight * x).square().mean()})
    made.step(torch.ones(1))
    before, state = made.weight.item(), copy.deepcopy(made.state_dict())
    losses = [made.step(torch.tensor([value])) for value in (1.0, float("inf"), 1.0, 1.0)]
    after_a_good_step = made.weight.item()
    for read in (made.check, made.state_dict, lambda: losses[-1]["total"], made.check):
        with pytest.raises(FloatingPointError, match="loss is not finite: square=inf"):
            read()
    again = One(made.terms, before)
    again.load_state_dict(state)
    again.step(torch.ones(1))
    assert again.weight.item() == after_a_good_step != before


@pytest.mark.parametrize("parts", [2, 3, 99])
def test_a_batch_in_parts_has_the_gradient_and_the_losses_of_the_whole(parts):
    def terms(weight, x):
        return {"a": (weight * x).square().mean(), "b": (weight - x).abs().mean()}

    whole, split, x = One(terms), One(terms), torch.rand(5, 1)
    split.accumulate = parts
    for _ in range(3):
        expected, found = whole.step(x), split.step(x)
        assert dict(found) == pytest.approx(dict(expected), rel=1e-6)
    torch.testing.assert_close(split.weight, whole.weight)
    assert split.steps == 3 and split.optimizer.state[split.weight]["step"] == 3


def test_a_training_without_a_network_that_torch_can_compile_says_so():
    with pytest.raises(ValueError, match="--compile: One has no network"):
        One(lambda weight, x: {"a": weight.sum()}).compile()


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
