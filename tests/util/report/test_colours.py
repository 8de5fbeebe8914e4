import re

import numpy as np
import pytest
import torch
from torchvision.utils import flow_to_image

from util.report.colours import (
    ABSENT,
    RIM,
    STOPS,
    WHEEL,
    absent_panels,
    mask_colours,
    mask_gradient,
    panels,
    wheel_colours,
    wheel_gradient,
)


def test_displacements_have_the_usual_colours():
    rng = np.random.default_rng(0)
    dx, dy = rng.uniform(-1, 1, (2, 40, 50)) / np.sqrt(2)
    dx[0, 0], dy[0, 0] = 1, 0  # torchvision scales by the longest one
    expected = flow_to_image(torch.tensor(np.stack([dx, dy]), dtype=torch.float32)).permute(1, 2, 0).numpy()
    off = np.abs(wheel_colours(dx, dy).astype(int) - expected)
    assert off.max() <= 255 / 4 and off.mean() < 5  # torchvision's wheel has 55 steps, the largest a quarter


def test_nothing_that_moves_is_white_and_what_moves_too_far_is_dark():
    still, right, further = wheel_colours(np.array([[0.0, 1.0, 1.5]]), np.zeros((1, 3)))[0]
    assert list(still) == [255, 255, 255] and list(right) == [255, 0, 0] and list(further) == [191, 0, 0]


def test_a_mask_is_brighter_where_it_is_larger():
    shown = mask_colours(np.linspace(0, 1, 11)[None])[0]
    luminance = shown @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > 0).all()


def test_panels_show_the_mean_over_taps_and_displacements_in_pixels_of_the_image():
    width, height = 64, 32
    mask = torch.tensor([0.0, 1.0]).view(1, 2, 1, 1).expand(1, 2, 8, 16)
    displacement = torch.zeros(1, 2, 8, 16)
    displacement[:, 0] = RIM * width / 4  # the image is four times as large
    shown = panels(mask, displacement, (width, height))
    assert shown.shape == (height, 2 * width, 3) and shown.dtype == np.uint8
    assert (shown[:, :width] == mask_colours(np.full((1, 1), 0.5))[0, 0]).all()
    assert (shown[:, width:] == [255, 0, 0]).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_maps_of_half_precision_are_shown(dtype):
    shown = panels(torch.ones(1, 9, 4, 4, dtype=dtype), torch.zeros(1, 2, 4, 4, dtype=dtype), (8, 8))
    assert (shown[:, :8] == mask_colours(np.ones((1, 1)))[0, 0]).all() and (shown[:, 8:] == 255).all()


def test_what_is_absent_is_grey():
    assert absent_panels((6, 4)).shape == (4, 12, 3) and (absent_panels((6, 4)) == ABSENT).all()


def test_a_mask_goes_from_violet_to_yellow():
    colours = re.findall("#[0-9a-f]{6}", mask_gradient())
    assert len(colours) == STOPS
    ends = [np.array(list(bytes.fromhex(colour[1:]))) for colour in (colours[0], colours[-1])]
    np.testing.assert_allclose(ends, [(68, 1, 84), (253, 231, 37)], atol=3)  # matplotlib's viridis


def test_the_wheel_goes_once_around():
    places = [float(share) for share in re.findall(r"([\d.]+)%", wheel_gradient())]
    assert places[0] == 0 and places[-1] == 100 and places == sorted(places) and len(places) == len(WHEEL)
