"""The keys of the colours in the videos of what a block did, as CSS gradients."""

import numpy as np

from util.report.inside import WHEEL, mask_colours

STOPS = 17  # between which the colour map is as good as straight


def mask_gradient() -> str:
    """The colours of a mask, 0 on the left to 1 on the right."""
    colours = mask_colours(np.linspace(0, 1, STOPS)[None])[0]
    return f"linear-gradient(to right, {', '.join(f'#{bytes(colour).hex()}' for colour in colours)})"


def wheel_gradient() -> str:
    """The colours of displacements on a disc: towards its edge as they point, white in the middle."""
    hues = ", ".join(f"#{colour} {place / max(WHEEL):.2%}" for place, colour in WHEEL.items())
    return f"radial-gradient(closest-side, #fff, #fff0), conic-gradient(from 90deg, {hues})"
