import pytest
import torch

from models.training.checkerboard import checkerboard_loss, excess, power_spectrum

ROWS, COLUMNS = torch.arange(128)[:, None], torch.arange(192)[None]
NAMES = ("2 px, across", "2 px, down", "2 px, diagonal", "4 px, across", "4 px, down", "4 px, diagonal")


def textures(count=6):
    """Pictures with a spectrum that falls as those of photographs do, [1, 3, 128, 192]."""
    rng = torch.Generator().manual_seed(0)
    y, x = torch.fft.fftfreq(128)[:, None], torch.fft.rfftfreq(192)[None]
    fall = 1 / (x.square() + y.square()).sqrt().clamp(min=1 / 128)
    for _ in range(count):
        noise = torch.randn(1, 3, 128, 192, generator=rng)
        picture = torch.fft.irfft2(torch.fft.rfft2(noise) * fall, s=(128, 192))
        yield 0.3 * picture / picture.std()


PATTERNS = {
    (2, "across"): (-1.0) ** (COLUMNS + 0 * ROWS),
    (2, "down"): (-1.0) ** (ROWS + 0 * COLUMNS),
    (2, "diagonal"): (-1.0) ** (ROWS + COLUMNS),
    (4, "across"): torch.cos(torch.pi / 2 * COLUMNS + 0.4 + 0 * ROWS),
    (4, "down"): torch.cos(torch.pi / 2 * ROWS + 0.4 + 0 * COLUMNS),
    (4, "diagonal"): torch.cos(torch.pi / 2 * (COLUMNS - ROWS) + 0.4),
}


def test_pictures_without_a_checkerboard_have_none():
    found = excess(power_spectrum(textures(30)))
    assert list(found) == list(PATTERNS) and all(-2 < dB < 0.2 for dB in found.values())


@pytest.mark.parametrize("where", PATTERNS, ids=str)
def test_a_faint_checkerboard_is_found_at_its_period_and_direction_alone(where):
    plain = excess(power_spectrum(textures()))
    marked = excess(power_spectrum(x + 0.03 * PATTERNS[where] for x in textures()))
    more = {key: marked[key] - plain[key] for key in plain}
    assert more.pop(where) > 3
    assert max(map(abs, more.values())) < 0.1


def test_a_checkerboard_that_comes_and_goes_with_the_picture_is_found_too():
    plain = excess(power_spectrum(textures()))
    marked = excess(power_spectrum(x * (1 + 0.1 * PATTERNS[2, "diagonal"]) for x in textures()))
    assert marked[2, "diagonal"] > plain[2, "diagonal"] + 3


def test_a_spectrum_needs_pictures_of_a_tile_at_least():
    with pytest.raises(ValueError, match="at least one image"):
        power_spectrum([])
    with pytest.raises(ValueError, match=r"at least 64 x 64 pixels, got \[1, 3, 32, 64\]"):
        power_spectrum([torch.zeros(1, 3, 32, 64)])


def test_the_loss_is_the_mean_excess_and_training_removes_it():
    plain = next(textures(1))
    marked = plain + 0.05 * PATTERNS[2, "diagonal"] + 0.05 * PATTERNS[4, "down"]
    assert checkerboard_loss(marked) > checkerboard_loss(plain) + 2
    drawn = torch.zeros(3, 1, 1).requires_grad_()
    patterns = torch.stack([PATTERNS[2, "diagonal"], PATTERNS[4, "down"], PATTERNS[2, "across"]])
    optimizer = torch.optim.Adam([drawn], lr=2e-3)
    for _ in range(60):
        optimizer.zero_grad()
        checkerboard_loss(marked + (drawn * patterns).sum(0)).backward()
        optimizer.step()
    assert checkerboard_loss(marked + (drawn * patterns).sum(0)) < checkerboard_loss(plain) + 0.3


def test_the_loss_cannot_be_lowered_by_another_grid_beside():
    drawn = torch.zeros(()).requires_grad_()
    beside = torch.cos(2 * torch.pi * (29 / 64) * COLUMNS + 0 * ROWS)  # 3 of 64 steps from the period of 2 pixels
    marked = next(textures(1)) + 0.05 * PATTERNS[2, "across"]
    checkerboard_loss(marked + (0.05 + drawn) * beside).backward()
    assert drawn.grad.abs() < 1e-3
    away = torch.zeros(()).requires_grad_()
    checkerboard_loss(marked + away * PATTERNS[2, "across"]).backward()
    assert away.grad > 1
