import numpy as np
import pytest
import torch
from skimage.io import imread

from util import image


def test_every_level_survives_the_round_trip():
    pixels = np.arange(256 * 3, dtype=np.uint8).reshape(16, 16, 3)
    x = image.to_tensor(pixels)
    assert x.shape == (3, 16, 16) and x.min() == -1 and x.max() == 1
    np.testing.assert_array_equal(image.to_uint8(x), pixels)


def test_values_are_rounded_and_clamped():
    x = torch.tensor([-9.0, -1, 0.001, 1 - 1.1 / 255, 1, 9]).view(1, 1, 6).expand(3, 1, 6)
    assert image.to_uint8(x)[0, :, 0].tolist() == [0, 0, 128, 254, 255, 255]


def test_a_png_holds_the_pixels_in_rgb(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    image.write_png(tmp_path / "a.png", pixels)
    np.testing.assert_array_equal(imread(tmp_path / "a.png"), pixels)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_png_into_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(OSError, match="cannot write"):
        image.write_png(tmp_path / "gone" / "a.png", np.zeros((2, 2, 3), np.uint8))


def test_a_blank_frame_is_grey():
    x = image.blank((6, 4), torch.device("cpu"))
    assert x.shape == (1, 3, 4, 6) and (x == 0).all()


def test_a_grid_lays_images_out_column_by_column():
    cells = [torch.full((3, 2, 4), float(i)) for i in range(6)]
    sheet = image.grid(cells[:2], cells[2:4], torch.stack(cells[4:]))
    assert sheet.shape == (3, 4, 12)
    assert sheet[0, ::2, ::4].tolist() == [[0, 2, 4], [1, 3, 5]]


def test_a_ragged_grid_is_refused():
    cell = torch.zeros(3, 2, 2)
    with pytest.raises(ValueError, match=r"columns of \[2, 1\]"):
        image.grid([cell, cell], [cell])
    with pytest.raises(ValueError, match="one shape"):
        image.grid([cell], [torch.zeros(3, 2, 3)])


def test_a_mask_is_white_where_the_current_frame_is_used():
    mask = torch.zeros(9, 4, 6)
    mask[:, :, 3:] = 1
    shown = image.mask_image(mask, (8, 12))
    assert shown.shape == (3, 8, 12)
    assert (shown[:, :, :4] == -1).all() and (shown[:, :, 8:] == 1).all()


@pytest.mark.parametrize("shape", [(1, 3, 4, 4), (4, 4, 3), (4, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"an image is \[3, H, W\]"):
        image.to_uint8(torch.zeros(shape))


def test_pixels_of_another_type_are_refused():
    with pytest.raises(ValueError, match="pixels are uint8"):
        image.to_tensor(np.zeros((4, 4, 3), np.float32))
