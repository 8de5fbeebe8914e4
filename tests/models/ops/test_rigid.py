import pytest
import torch

from models.ops import reference, rigid
from models.ops.deformable import every_tap, read_convolved


@pytest.mark.parametrize("backend", ["cpu", "reference"])
@pytest.mark.parametrize("groups,dilation", [(1, 1), (2, 2)])
def test_convolving_then_reading_is_the_deformable_convolution(groups, dilation, backend):
    feature, weight = torch.randn(2, 4, 6, 7), torch.randn(3, 4, 3, 3)
    offset = torch.randn(2, 2 * groups, 6, 7) * 5
    expected = reference.deform_conv(feature, every_tap(offset, groups, 9), weight, groups, dilation)
    found = rigid.read(rigid.convolve(feature, weight, groups, dilation), offset, backend)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("backend", ["auto", "cpu", "reference", "torchvision"])
def test_every_backend_reads_zero_far_outside(backend):
    convolved = rigid.convolve(torch.ones(1, 4, 3, 5), torch.ones(2, 4, 3, 3), groups=1, dilation=1)
    offset = torch.zeros(1, 2, 3, 5)
    assert read_convolved(convolved, offset, backend)[0, 0, 1, 1] == 4 * 9
    assert read_convolved(convolved, offset - 1e12, backend).abs().max() == 0


def test_an_unknown_backend_is_refused():
    with pytest.raises(ValueError, match="backend must be one of"):
        read_convolved(torch.zeros(1, 1, 9, 9), torch.zeros(1, 2, 3, 3), "gpu")


@pytest.mark.parametrize("offset", [(2, 2, 3, 3), (1, 4, 3, 3)], ids=str)
def test_an_offset_that_does_not_fit_is_refused(offset):
    with pytest.raises(ValueError, match="does not fit 1 maps of 1 channels"):
        read_convolved(torch.zeros(1, 1, 9, 9), torch.zeros(offset))
