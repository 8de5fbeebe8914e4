import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from models.ops import cpu, reference
from models.ops.cpu import PixelTable


def problem(n=2, c=4, size=(70, 64), groups=2, reach=20.0):
    """Two strips for each image, offsets that cross strips and borders."""
    offset = torch.randn(n, 18 * groups, *size) * reach
    return (
        torch.randn(n, c, *size),
        offset,
        torch.randn(3, c, 3, 3),
        torch.randn(n, c, *size),
        torch.rand(n, 9 * groups, *size),
    )


@pytest.mark.parametrize("blend", [True, False], ids=["blended", "plain"])
@pytest.mark.parametrize("groups,dilation", [(1, 1), (2, 2)])
def test_strips_together_are_the_whole(groups, dilation, blend):
    feature, offset, weight, current, mask = problem(groups=groups)
    assert feature[0, 0].numel() > cpu.STRIP_PIXELS
    inputs = feature, offset, weight, groups, dilation, *((current, mask) if blend else ())
    torch.testing.assert_close(cpu.deform_conv(*inputs), reference.deform_conv(*inputs), atol=1e-4, rtol=1e-4)


def test_strips_cost_no_more_multiplications():
    feature, offset, weight, current, mask = problem()
    with FlopCounterMode(display=False) as counter:
        cpu.deform_conv(feature, offset, weight, 2, 1, current, mask)
    assert counter.get_total_flops() // 2 == 2 * 70 * 64 * weight.numel()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last], ids=str)
def test_any_memory_format_gives_the_same(layout):
    feature, offset, weight, current, mask = problem(size=(5, 6))
    laid = [x.contiguous(memory_format=layout) for x in (feature, offset, current, mask)]
    found = cpu.deform_conv(laid[0], laid[1], weight, 2, 1, *laid[2:])
    expected = reference.deform_conv(feature, offset, weight, 2, 1, current, mask)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_table_holds_every_pixel_in_a_rim_of_zeros(groups):
    maps = torch.randn(3, 2, 4, 3, 5)
    table = PixelTable.of(list(maps), groups, rim=2)
    y, x = torch.meshgrid(torch.arange(-2, 6), torch.arange(-2, 8), indexing="ij")
    row = table.row(y.int()[None, ..., None], x.int()[None, ..., None], range(2, 4))  # the images of the second map
    found = table.rows[row].flatten(3).permute(0, 3, 1, 2)
    assert torch.equal(found, torch.nn.functional.pad(maps[1], (2, 3, 2, 3)))
    below_right = table.rows[row[:, :-1, :-1] + table.steps[3]]
    assert torch.equal(below_right, table.rows[row[:, 1:, 1:]])
