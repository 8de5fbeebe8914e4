import torch

from models.shortcut.displacement import displacement


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
