import re

import numpy as np

from util.report.inside import WHEEL
from util.report.legends import STOPS, mask_gradient, wheel_gradient


def test_a_mask_goes_from_violet_to_yellow():
    colours = re.findall("#[0-9a-f]{6}", mask_gradient())
    assert len(colours) == STOPS
    ends = [np.array(list(bytes.fromhex(colour[1:]))) for colour in (colours[0], colours[-1])]
    np.testing.assert_allclose(ends, [(68, 1, 84), (253, 231, 37)], atol=3)  # matplotlib's viridis


def test_the_wheel_goes_once_around():
    places = [float(share) for share in re.findall(r"([\d.]+)%", wheel_gradient())]
    assert places[0] == 0 and places[-1] == 100 and places == sorted(places) and len(places) == len(WHEEL)
