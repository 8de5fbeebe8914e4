"""A distillation in few steps."""

import torch

from models.training.short import new_block, train
from tests.helpers import tiny


def test_the_loss_falls_and_the_block_learns_in_place():
    teacher = tiny.teacher()
    block = new_block(teacher, 8)
    before = {name: value.clone() for name, value in block.state_dict().items()}
    frames = torch.cat(list(tiny.video(2)))
    batch = {"reference": frames[:1], "current": frames[1:]}
    losses = list(train(teacher, block, [batch] * 12, 12, 2e-3, torch.device("cpu")))
    assert len(losses) == 12 and losses[-1] < losses[0]
    assert any(not torch.equal(value, before[name]) for name, value in block.state_dict().items())
