import torch

from tests.tiny import generator, teacher


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
