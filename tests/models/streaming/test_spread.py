import pytest
import torch

from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.streaming.spread import Renewal
from models.streaming.stages import eager
from tests.helpers.tiny import block, teacher, video


@pytest.mark.parametrize("form", BLOCKS)
def test_a_reference_is_ready_after_as_many_steps_as_there_are_slices(form):
    stages = eager(teacher().for_inference(), optimize(block(form)), cuts=(1, 2))
    a = stages.head(video()[0])
    expected = stages.renew(a.clone())
    renewal = Renewal(stages, a, 7)
    a.zero_()  # its memory may serve the next frame
    steps = [renewal.advance() for _ in range(3)]
    assert steps[:2] == [None, None] and renewal.index == 7
    for made, wanted in zip(steps[2], expected, strict=True):
        torch.testing.assert_close(made, wanted)
