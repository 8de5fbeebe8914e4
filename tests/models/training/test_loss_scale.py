import torch

from models.training.adam import Adam
from models.training.loss_scale import LossScale


def gradient_of(scale, factor):
    """A weight, the optimiser of it after `scale` has scaled a loss whose gradient is `factor`, and what was found."""
    weight = torch.ones(1, requires_grad=True)
    optimizer = Adam([weight], 0.1)
    scale.scaled((weight * factor).sum()).backward()
    return weight, scale.unscale(optimizer, [weight.grad])


def test_gradients_are_divided_by_the_scale_again():
    scale = LossScale(torch.float16)
    weight, found = gradient_of(scale, 3.0)
    assert weight.grad.item() == 3.0 and found.item() == 0.0 and found.dtype == torch.float32


def test_a_gradient_that_overflows_is_found_and_halves_the_scale():
    scale = LossScale(torch.float16)
    before = scale.state_dict()["scale"]
    assert gradient_of(scale, 1e35)[1].item() == 1.0
    scale.update()
    assert scale.state_dict()["scale"] == before / 2


def test_with_another_number_type_nothing_is_scaled():
    for dtype in (None, torch.bfloat16):
        scale, loss = LossScale(dtype), torch.ones(())
        assert not scale.is_on and scale.scaled(loss) is loss and scale.state_dict() == {}
        scale.update()
        scale.load_state_dict({"scale": 2.0})
