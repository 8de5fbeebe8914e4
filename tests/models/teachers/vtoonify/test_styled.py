import copy

import pytest
import torch

from models.teachers.vtoonify.network import BACKBONES, VToonify
from models.teachers.vtoonify.styled import network_input

WIDTH = 16


@torch.no_grad()
def styled(backbone="dualstylegan"):
    torch.manual_seed(0)
    network = VToonify(backbone, WIDTH)
    return network.styled(network.w_plus(torch.randn(18, WIDTH))).eval()


@torch.no_grad()
@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_output_is_four_times_as_large(backbone):
    assert styled(backbone)(torch.randn(2, 22, 16, 24)).shape == (2, 3, 64, 96)


@torch.no_grad()
def test_frames_of_a_batch_do_not_see_each_other():
    made, x = styled(), torch.randn(2, 22, 16, 24)
    torch.testing.assert_close(made(x)[1:], made(x[1:]))


@torch.no_grad()
def test_the_encoder_keeps_features_at_four_sizes():
    features, f_g, skip = styled().encode(torch.randn(1, 22, 16, 24))
    assert [tuple(f.shape[1:]) for f in features] == [(4, 16, 24), (8, 8, 12), (16, 4, 6), (16, 2, 3)]
    assert f_g.shape[1:] == (16, 2, 3) and skip.shape[1:] == (3, 2, 3)


@torch.no_grad()
@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize(("dtype", "error"), [(torch.float16, 0.02), (torch.bfloat16, 0.15)])
def test_half_precision_gives_the_same_image(backbone, dtype, error):
    made, x = styled(backbone), torch.randn(1, 22, 16, 24)
    exact, half = made(x), copy.deepcopy(made).to(dtype)(x.to(dtype)).float()
    assert (half - exact).abs().mean() < error * exact.std()


@torch.no_grad()
@pytest.mark.gpu
@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 0.01), (torch.float16, 0.02)])
def test_a_gpu_gives_the_same_image(dtype, error):
    made, x = styled(), torch.randn(1, 22, 16, 24)
    there = copy.deepcopy(made).to("cuda", dtype)(x.to("cuda", dtype)).float().cpu()
    assert (there - made(x)).abs().mean() < error * made(x).std()


def test_the_input_is_the_frame_and_a_sixteenth_of_the_logits():
    x = network_input(torch.ones(1, 3, 8, 8), torch.full((1, 19, 8, 8), 16.0))
    assert torch.equal(x, torch.ones(1, 22, 8, 8))


@pytest.mark.parametrize("shape", [(1, 3, 16, 16), (1, 22, 16, 20), (1, 22, 8, 8), (22, 16, 16)])
def test_an_input_that_cannot_be_is_refused(shape):
    with pytest.raises(ValueError, match=rf"multiples of 8 .* got \[{shape[0]}, "):
        styled()(torch.zeros(shape))
