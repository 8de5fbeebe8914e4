import pytest
import torch

from models.training.widen import widened
from tests.helpers.tiny import NGF, generator


@pytest.fixture
def narrow():
    """A generator whose biases count too; new ones are zero or small."""
    made = generator()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return made


@pytest.mark.parametrize("times", [1, 2, 3])
@torch.no_grad()
def test_a_wider_generator_shows_the_same(narrow, times):
    wide, x = widened(narrow, times * NGF), torch.rand(1, 3, 24, 32) * 2 - 1
    assert wide.ngf == times * NGF and wide.n_blocks == narrow.n_blocks
    torch.testing.assert_close(wide(x), narrow(x), atol=1e-4, rtol=1e-4)
    assert narrow(x).std() > 0.1  # a grey picture would be the same from anything


def test_copies_of_a_channel_learn_different_things(narrow):
    wide = widened(narrow, 2 * NGF)
    wide(torch.rand(1, 3, 24, 32) * 2 - 1).square().mean().backward()
    gradient = wide.model[4].weight.grad  # [2 * 2 * NGF outputs, 2 * NGF inputs, 3, 3]
    first, second = gradient.chunk(2)
    assert not torch.allclose(first, second, rtol=0.01)


def test_the_generator_itself_stays_as_it_is(narrow):
    before = {name: value.clone() for name, value in narrow.state_dict().items()}
    wide = widened(narrow, NGF)
    with torch.no_grad():
        for parameter in wide.parameters():
            parameter.zero_()
    assert all(torch.equal(value, before[name]) for name, value in narrow.state_dict().items())


@pytest.mark.parametrize("ngf", [NGF + 1, NGF // 2, 0])
def test_a_width_that_is_no_multiple_is_refused(narrow, ngf):
    with pytest.raises(ValueError, match=f"{NGF} wide can grow to a multiple of that, got {ngf}"):
        widened(narrow, ngf)
