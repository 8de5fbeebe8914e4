import pytest
import torch

from models.evaluation.baselines import flow_warp
from tests.helpers.textures import texture


def test_the_output_follows_the_motion_of_the_input():
    scene, painted = texture(80, 140), texture(80, 140, seed=1)
    before, after = scene[..., 2:66, 3:131], scene[..., 5:69, 7:135]  # moved by (-4, -3)
    moved = flow_warp(before, after, painted[..., 2:66, 3:131])
    truth = painted[..., 5:69, 7:135]
    inside = (..., slice(8, -8), slice(8, -8))
    reused = (painted[..., 2:66, 3:131] - truth)[inside].abs().mean()
    assert (moved - truth)[inside].abs().mean() < 0.1 * reused


def test_without_motion_the_output_stays():
    scene, painted = texture(32, 64), texture(32, 64, seed=1)
    torch.testing.assert_close(flow_warp(scene, scene, painted), painted, atol=1e-4, rtol=0)


def test_the_border_is_repeated_where_the_flow_leaves_the_image():
    scene, painted = texture(64, 96), torch.full((1, 3, 64, 80), 0.7)
    moved = flow_warp(scene[..., 8:88], scene[..., :80], painted)  # the current frame shows more on the left
    torch.testing.assert_close(moved, painted)


def test_nothing_is_written_into_the_inputs():
    images = [texture(32, 48, seed) for seed in range(3)]
    before = [image.clone() for image in images]
    flow_warp(*images)
    assert all(torch.equal(a, b) for a, b in zip(images, before, strict=True))


@pytest.mark.parametrize("size", [(8, 8), (9, 256), (16, 512), (200, 8)])
def test_tiny_and_very_wide_images_work(size):
    scene = texture(*size)
    torch.testing.assert_close(flow_warp(scene, scene, scene), scene, atol=1e-4, rtol=0)


def test_an_output_larger_than_its_input_moves_as_much_farther():
    scene, painted = texture(80, 140), texture(160, 280, seed=1)
    before, after = scene[..., 2:66, 3:131], scene[..., 5:69, 7:135]  # moved by (-4, -3)
    moved = flow_warp(before, after, painted[..., 4:132, 6:262])
    truth = painted[..., 10:138, 14:270]
    inside = (..., slice(16, -16), slice(16, -16))
    reused = (painted[..., 4:132, 6:262] - truth)[inside].abs().mean()
    assert (moved - truth)[inside].abs().mean() < 0.1 * reused


@pytest.mark.parametrize("size", [(48, 48), (64, 32), (16, 16)])
def test_other_sizes_of_output_are_refused(size):
    x = torch.zeros(1, 3, 32, 32)
    with pytest.raises(ValueError, match=r"whole number of times .* got \[1, 3, .*\] of \[1, 3, 32, 32\]"):
        flow_warp(x, x, torch.zeros(1, 3, *size))


def test_inputs_of_different_shapes_are_refused():
    x = torch.zeros(1, 3, 32, 32)
    with pytest.raises(ValueError, match=r"one shape, got .*\[1, 3, 64, 64\]"):
        flow_warp(torch.zeros(1, 3, 64, 64), x, x)
