import torch

from models.evaluation.memory import layer_bytes
from tests.helpers.tiny import NGF, teacher, vtoonify


def test_the_largest_layer_of_a_teacher_is_found_and_grows_with_the_area():
    small = torch.zeros(1, 3, 16, 16)
    at_16 = layer_bytes(teacher(), small, (16, 16))
    assert layer_bytes(teacher(), small, (160, 32)) == 20 * at_16
    assert at_16 == 4 * NGF * (16 * 16 + 22 * 22)  # the last padding, by 3 pixels, in float32


def test_a_teacher_that_enlarges_its_frames_needs_more():
    small = torch.zeros(1, 3, 16, 16)
    assert layer_bytes(vtoonify(), small, (16, 16)) > layer_bytes(teacher(), small, (16, 16))


def test_no_hook_is_left():
    network = teacher()
    layer_bytes(network, torch.zeros(1, 3, 16, 16), (16, 16))
    assert not any(module._forward_hooks for module in network.modules())
