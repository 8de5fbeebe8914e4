import pytest
import torch
import torch.nn.functional as F

from models.evaluation.cost import count_macs
from models.shortcut.hetconv import FoldedHetConv, FoldedLayers, HetConv, hetconv_layers


def test_it_is_one_convolution_with_3x3_kernels_in_the_group_and_1x1_kernels_elsewhere():
    layer = HetConv(8, 12, groups=4)
    kernel = torch.zeros(12, 8, 3, 3)
    kernel[:, :, 1, 1] = layer.conv1x1.weight.flatten(1)
    for out in range(12):
        seen = slice(out // 3 * 2, out // 3 * 2 + 2)  # 3 outputs and 2 inputs in each of the 4 groups
        kernel[out, seen] = layer.conv3x3.weight[out]
        kernel[out, seen, 1, 1] += (layer.conv1x1.weight[out, seen] - layer.conv1x1_group.weight[out])[:, 0, 0]
    bias = layer.conv3x3.bias + layer.conv1x1.bias - layer.conv1x1_group.bias
    x = torch.randn(2, 8, 5, 7)
    torch.testing.assert_close(layer(x), F.conv2d(x, kernel, bias, padding=1), atol=1e-5, rtol=1e-5)


def test_channels_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="multiples of 4, got 6 -> 8"):
        HetConv(6, 8)


def test_layers_narrow_once_and_end_in_a_relu():
    layers = hetconv_layers(16, 8, 3)
    assert [m.conv1x1.in_channels for m in layers[::2]] == [16, 8, 8]
    assert layers(torch.randn(1, 16, 4, 4)).min() >= 0


@torch.no_grad()
def test_folded_it_is_the_same_in_two_convolutions():
    layer, x = HetConv(8, 12), torch.randn(2, 8, 5, 7)
    folded = FoldedHetConv(layer)
    torch.testing.assert_close(folded(x), layer(x), atol=1e-5, rtol=1e-5)
    assert count_macs(folded, x) == 2 * 5 * 7 * 12 * 8 * (1 + 9 / 4)


@torch.no_grad()
def test_cut_in_two_the_parts_add_up():
    layer, x = HetConv(8, 12), torch.randn(2, 8, 5, 7)
    parts = [FoldedHetConv(layer, 2, part)(half) for part, half in enumerate(x.chunk(2, dim=1))]
    torch.testing.assert_close(sum(parts), layer(x), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_folded_layers_take_what_was_kept_of_their_second_input():
    layers, (x, z) = hetconv_layers(16, 8, 3), torch.randn(2, 1, 8, 5, 7)
    folded = FoldedLayers(layers)
    kept = folded.of_second(z)
    before = kept.clone()
    torch.testing.assert_close(folded(x, kept), layers(torch.cat([x, z], dim=1)), atol=1e-5, rtol=1e-5)
    assert torch.equal(kept, before)
