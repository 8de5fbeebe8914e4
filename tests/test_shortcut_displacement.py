import pytest
import torch

from models.shortcut.displacement import displacement, moved


def test_both_offsets_count_in_pixels_of_the_finer_one():
    coarse, fine = torch.zeros(1, 2, 3, 4), torch.zeros(1, 18, 6, 12)
    coarse[:, 0], coarse[:, 1] = 1.0, -2.0  # dy, dx; twice and three times as large in fine pixels
    fine[:, 0::2], fine[:, 1::2] = 0.5, 0.25
    expected = torch.tensor([-6.0 + 0.25, 2.0 + 0.5]).view(1, 2, 1, 1).expand(1, 2, 6, 12)
    torch.testing.assert_close(displacement(coarse, fine), expected)


def test_it_is_a_mean_over_taps():
    fine = torch.zeros(1, 18, 2, 2)
    fine[:, 0], fine[:, 3] = 9.0, 18.0  # dy of the first, dx of the second of nine taps
    assert torch.equal(displacement(torch.zeros(1, 2, 1, 1), fine)[0, :, 0, 0], torch.tensor([2.0, 1.0]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_whole_pixels_move_exactly_and_the_border_is_repeated(dtype):
    image, by = torch.randn(2, 3, 5, 7).to(dtype), torch.zeros(2, 2, 5, 7)
    by[:, 0], by[:, 1] = 2.0, -1.0  # dx, dy
    out = moved(image, by.to(dtype))
    assert out.dtype == dtype
    torch.testing.assert_close(out[:, :, 1:, :-2], image[:, :, :-1, 2:])
    torch.testing.assert_close(out[:, :, 0, :-2], image[:, :, 0, 2:])


def test_half_a_pixel_is_the_mean_of_two():
    image, by = torch.randn(1, 1, 4, 6), torch.zeros(1, 2, 4, 6)
    by[:, 0] = 0.5
    torch.testing.assert_close(moved(image, by)[..., :-1], (image[..., :-1] + image[..., 1:]) / 2)


def test_the_displacement_receives_gradient():
    by = torch.zeros(1, 2, 4, 6, requires_grad=True)
    moved(torch.randn(1, 3, 4, 6), by).square().sum().backward()
    assert (by.grad[..., 1:-1, 1:-1] != 0).all()
