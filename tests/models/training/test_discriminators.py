import pytest
import torch

from models.training.discriminators import (
    ConvOverTime,
    PatchDiscriminator,
    SpectralPatchDiscriminator,
    TemporalPatchDiscriminator,
)
from models.training.init import init_xavier


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (lambda: PatchDiscriminator(64), 2_764_737),
        (lambda: SpectralPatchDiscriminator(64), 396_480),
        (lambda: TemporalPatchDiscriminator(64), 1_189_056),
    ],
)
def test_published_widths_have_the_published_number_of_parameters(build, parameters):
    assert sum(p.numel() for p in build().parameters()) == parameters


def test_patches_of_a_published_frame_have_the_published_shapes():
    frame = torch.zeros(1, 3, 256, 512)
    assert PatchDiscriminator(2)(frame).shape == (1, 1, 30, 62)
    assert SpectralPatchDiscriminator(2)(frame).shape == (1, 4, 126, 254)
    assert TemporalPatchDiscriminator(2)(frame.unsqueeze(2).repeat(1, 1, 2, 1, 1)).shape == (1, 4, 2, 126, 254)


def test_spectral_normalisation_makes_the_scale_of_the_raw_weights_irrelevant():
    torch.manual_seed(0)
    discriminator, x = SpectralPatchDiscriminator(4).double(), torch.rand(1, 3, 32, 32, dtype=torch.float64)
    for _ in range(20):  # the power iteration settles, so that u and v are those of the weights
        discriminator(x)
    before = discriminator.eval()(x)
    with torch.no_grad():
        discriminator.model[0].weight_orig.mul_(7)
    torch.testing.assert_close(discriminator(x), before)


def test_xavier_reaches_the_raw_weights_behind_spectral_normalisation():
    discriminator = init_xavier(SpectralPatchDiscriminator(32))
    raw = discriminator.model[2].weight_orig
    fan = 16 * (raw.shape[0] + raw.shape[1])
    assert raw.std().item() == pytest.approx(0.02 * (2 / fan) ** 0.5, rel=0.1)


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_over_time_is_a_3d_convolution(frames, bias):
    conv = ConvOverTime(3, 5, (3, 4, 4), stride=(1, 2, 2), padding=1, bias=bias).double()
    x = torch.rand(2, 3, frames, 12, 16, dtype=torch.float64, requires_grad=True)
    expected = torch.nn.functional.conv3d(x, conv.weight, conv.bias, conv.stride, conv.padding)
    torch.testing.assert_close(conv(x), expected)
    sources = [x, *conv.parameters()]
    weights = torch.rand_like(expected)
    found = torch.autograd.grad((conv(x) * weights).sum(), sources)
    torch.testing.assert_close(found, torch.autograd.grad((expected * weights).sum(), sources))


def test_in_half_precision_the_gradients_over_time_are_finite_and_near_the_exact_ones():
    discriminator, x = TemporalPatchDiscriminator(16), torch.rand(2, 3, 2, 64, 128) * 2 - 1
    gradients = []
    for dtype in (None, torch.bfloat16):
        discriminator.eval().zero_grad()
        with torch.autocast("cpu", dtype or torch.bfloat16, enabled=dtype is not None):
            loss = discriminator(x).float().square().mean()
        loss.backward()
        gradients.append(torch.cat([p.grad.flatten() for p in discriminator.parameters()]))
    exact, half = gradients
    assert torch.isfinite(half).all() and (half - exact).norm() < 0.05 * exact.norm()
