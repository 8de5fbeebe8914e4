import pytest
import torch
from torch import nn

from models.evaluation.cost import count_macs
from models.teachers.base import LateLayers, Teacher
from models.teachers.recycle_gan import ResnetGenerator
from tests.helpers.tiny import NGF, generator, teacher


def teacher_with_biases(cut, blocks=3):
    torch.manual_seed(0)
    made = ResnetGenerator(NGF, blocks)
    for parameter in made.parameters():
        if parameter.ndim == 1:
            nn.init.normal_(parameter, 2.0, 1.0)
    return made.cut(*cut)


def parts_and_inputs(made, x):
    a = made.head(x)
    f = made.body(a)
    return {"head": x, "body": a, "tail": f}, {"head": a, "body": f, "tail": made.tail(f, a)}


def test_a_teacher_never_trains_but_lets_gradients_through_its_tail():
    made = teacher()
    f = made.body(made.head(torch.rand(1, 3, 16, 16))).requires_grad_()
    made.train()
    made.tail(f).sum().backward()
    assert f.grad.abs().sum() > 0
    assert not any(module.training for module in made.modules())
    assert all(p.grad is None for p in made.parameters())


def test_no_part_writes_into_its_input():
    made, value = teacher(), torch.rand(1, 3, 16, 16)
    for part in (made.head, made.body, made.tail):
        before = value.clone()
        after = part(value)
        assert torch.equal(value, before)
        value = after


def test_the_uncut_weights_do_not_depend_on_the_cut():
    made = generator()
    state = made.state_dict()
    for start, end in (made.default_split, (6, 13)):
        weights = made.cut(start, end).uncut_weights()
        assert {f"model.{key}" for key in weights} == state.keys()
        assert all(torch.equal(weights[key.removeprefix("model.")], state[key]) for key in state)


@pytest.mark.parametrize("size", [(32, 48), (36, 20)])
@pytest.mark.parametrize("cut", [(None, None), (4, 19), (6, 15)])
@torch.no_grad()
def test_each_part_computes_the_same_in_its_inference_form(cut, size):
    made = teacher_with_biases(cut)
    fast = made.for_inference()
    inputs, outputs = parts_and_inputs(made, torch.rand(2, 3, *size) * 2 - 1)
    for name, value in inputs.items():
        scale = outputs[name].abs().max().item()
        torch.testing.assert_close(getattr(fast, name)(value), outputs[name], atol=1e-4 * scale, rtol=0)
        assert count_macs(getattr(fast, name), value) == count_macs(getattr(made, name), value)
    assert (fast.a_channels, fast.f_channels, fast.split) == (made.a_channels, made.f_channels, made.split)


@torch.no_grad()
def test_the_inference_form_leaves_the_teacher_as_it_was():
    made, x = teacher_with_biases((None, None)), torch.rand(1, 3, 16, 16)
    before, state = made(x), {key: value.clone() for key, value in made.state_dict().items()}
    made.for_inference()(x)
    assert torch.equal(made(x), before)
    assert all(torch.equal(value, state[key]) for key, value in made.state_dict().items())


@torch.no_grad()
def test_the_inference_body_is_a_sequence_none_of_whose_layers_writes_into_its_input():
    made = teacher_with_biases((4, 19))
    fast, x = made.for_inference(), torch.rand(1, 3, 16, 16)
    for layer in [*fast.head, *fast.body, *fast.tail]:
        before = x.clone()
        after = layer(x)
        assert torch.equal(x, before)
        x = after


@torch.no_grad()
def test_the_inference_form_works_in_half_precision():
    made, x = teacher_with_biases((None, None)), torch.rand(1, 3, 16, 24) * 2 - 1
    fast = made.for_inference().to(torch.bfloat16)
    a, expected = fast.head(x.to(torch.bfloat16)), made.head(x)
    assert a.dtype == torch.bfloat16
    torch.testing.assert_close(a.float(), expected, atol=0.03 * expected.abs().max().item(), rtol=0)


@torch.no_grad()
def test_parts_that_are_not_sequences_are_only_copied():
    class Double(nn.Module):
        def forward(self, x):
            return 2 * x

    fast = Teacher(Double(), nn.Identity(), LateLayers(nn.ReLU()), 3, 3, (1, 2)).for_inference()
    assert torch.equal(fast(torch.full((1, 3, 2, 2), 0.25)), torch.full((1, 3, 2, 2), 0.5))
