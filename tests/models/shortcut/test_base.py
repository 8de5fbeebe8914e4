import pytest
import torch

from models.shortcut import BLOCKS
from models.shortcut.base import PixelPath
from models.shortcut.block import ShortcutBlock
from models.shortcut.full_size import FullSizeBlock


def test_a_picture_is_painted_over_by_the_references_moved_as_far():
    displacement, blend = torch.zeros(1, 2, 6, 8), torch.zeros(1, 1, 6, 8)
    displacement[:, 0], blend[..., :4] = 1.5, 1.0
    y, y_ref = torch.randn(2, 1, 3, 24, 32)
    painted = PixelPath(displacement, blend).paint(y, y_ref)
    torch.testing.assert_close(painted[..., :12], y_ref[..., 6:18])  # four output pixels per feature pixel
    torch.testing.assert_close(painted[..., 20:], y[..., 20:])


@pytest.mark.parametrize("form", BLOCKS.values())
def test_the_smallest_block_predicts(form):
    inputs = torch.randn(3, 1, 2, 4, 6)
    assert form(feat_ch=2, h_dim=4)(*inputs).feature.shape == inputs[0].shape


def test_arguments_of_the_published_form_out_of_range_are_all_named():
    with pytest.raises(ValueError) as refused:
        ShortcutBlock(feat_ch=7, h_dim=6, num_dg=0, g_layers=0, l_layers=1, offset_g_size=2, offset_l_size=1)
    for said in ("feat_ch", "h_dim", "num_dg", "g_layers", "offset_l_size must be 3"):
        assert said in str(refused.value)
    assert "offset_g_size must be 1 (one offset for all taps) or 3 (one each), got 2" in str(refused.value)
    with pytest.raises(ValueError, match=r"image_ch must be 0 or more and less than f_ch \(8\), got 8"):
        ShortcutBlock(feat_ch=8, h_dim=8, image_ch=8)
    with pytest.raises(ValueError, match=r"h_dim must be a multiple of 4 and of num_dg \(3\), got 8"):
        ShortcutBlock(feat_ch=8, h_dim=8, num_dg=3)


def test_arguments_of_the_full_size_form_out_of_range_are_all_named():
    with pytest.raises(ValueError) as refused:
        FullSizeBlock(feat_ch=7, h_dim=6, num_dg=0, g_layers=0, l_layers=0, offset_l_size=1, adabd_dilation=0)
    for said in ("feat_ch", "h_dim", "num_dg", "g_layers", "l_layers", "adabd_dilation", "offset_l_size must be 3"):
        assert said in str(refused.value)
    with pytest.raises(ValueError, match=r"offset_g_size must be 1 \(one offset for all taps\), got 3$"):
        FullSizeBlock(feat_ch=8, h_dim=8, offset_g_size=3)
