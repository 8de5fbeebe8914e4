import torch

from models.teachers.vtoonify.resnet import BasicBlock, ResNet18


@torch.no_grad()
def test_features_are_an_eighth_to_a_thirty_second_of_the_size_rounded_up():
    shapes = [tuple(f.shape[1:]) for f in ResNet18().eval()(torch.randn(1, 3, 40, 70))]
    assert shapes == [(128, 5, 9), (256, 3, 5), (512, 2, 3)]


def test_only_a_strided_block_has_weights_in_its_shortcut():
    assert BasicBlock(4, 4, 1).downsample is None and BasicBlock(4, 8, 2).downsample is not None


@torch.no_grad()
def test_a_block_adds_its_input():
    block, x = BasicBlock(4, 4, 1).eval(), torch.randn(1, 4, 5, 6)
    torch.nn.init.zeros_(block.bn2.weight)
    assert torch.equal(block(x), x.relu())
