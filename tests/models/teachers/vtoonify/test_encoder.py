import torch

from models.teachers.vtoonify.encoder import ResidualBlock, encoder


@torch.no_grad()
def test_a_residual_block_divides_the_sum_by_the_root_of_two():
    block, x = ResidualBlock(4), torch.randn(1, 4, 5, 6)
    for parameter in block.conv2.parameters():
        torch.nn.init.zeros_(parameter)
    torch.testing.assert_close(block(x), x / 2**0.5)


@torch.no_grad()
def test_channels_follow_the_width():
    layers, x, shapes = encoder(32), torch.randn(1, 22, 16, 24), []
    for layer in layers:
        x = layer(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(8, 16, 24), (16, 8, 12), (32, 4, 6), (32, 2, 3), (32, 2, 3), (3, 2, 3)]
