import pytest
import torch

from models.training.optimizer_step import check_finite, descend


def weight_and_optimizer(value=1.0):
    weight = torch.nn.Parameter(torch.tensor([value]))
    return weight, torch.optim.Adam([weight, torch.nn.Parameter(torch.zeros(1))], lr=0.1)


def test_terms_that_are_not_finite_are_named():
    with pytest.raises(FloatingPointError, match="output=nan"):
        check_finite({"feature": torch.tensor(1.0), "output": torch.tensor(float("nan"))})


def test_a_step_goes_down_the_gradient_of_this_loss_alone():
    weight, optimizer = weight_and_optimizer()
    weight.grad = torch.tensor([-100.0])
    descend("net", optimizer, weight.square().sum())
    assert weight.item() == pytest.approx(0.9)


@pytest.mark.parametrize(("power", "gradient"), [(2, "nan"), (1, "inf")])
def test_a_finite_loss_with_a_gradient_that_is_not_changes_no_weight(power, gradient):
    weight, optimizer = weight_and_optimizer(0.0)
    loss = (weight**power).sqrt().sum()
    assert loss.item() == 0
    with pytest.raises(FloatingPointError, match=f"gradient of net is not finite: {gradient}; the last saved"):
        descend("net", optimizer, loss)
    assert weight.item() == 0
