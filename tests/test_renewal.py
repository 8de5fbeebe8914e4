import torch

from models.renewal import Renewal
from models.stages import eager
from tests.tiny import block, teacher, video


def test_a_reference_is_ready_after_as_many_steps_as_there_are_slices():
    stages = eager(teacher().for_inference(), block().for_inference(), cuts=(1, 2))
    a = stages.head(video()[0])
    expected = stages.renew(a.clone())
    renewal = Renewal(stages, a, 7)
    a.zero_()  # its memory may serve the next frame
    steps = [renewal.advance() for _ in range(3)]
    assert steps[:2] == [None, None] and renewal.index == 7
    for made, wanted in zip(steps[2], expected, strict=True):
        torch.testing.assert_close(made, wanted)
