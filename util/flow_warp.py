"""The classical rival of a Shortcut: move the last reference's output along the input's optical flow."""

import torch
from torch import Tensor

from util.flow import optical_flow, warp


def flow_warp(reference_input: Tensor, current_input: Tensor, reference_output: Tensor) -> Tensor:
    """The reference's output as the current frame's, all [1, 3, H, W] in [-1, 1]; border repeated outside the image.

    Flow is estimated from the current input to the reference input, so every pixel of the result knows where in the
    reference it comes from.

    Raises:
        ValueError: the three differ in shape.
    """
    shapes = [list(image.shape) for image in (reference_input, current_input, reference_output)]
    if shapes[0] != shapes[1] or shapes[0] != shapes[2]:
        raise ValueError(f"flow and warp need three images of one shape, got {shapes}")
    pixels = reference_output[0].detach().float().cpu().numpy()
    moved = warp(pixels, optical_flow(current_input, reference_input))
    return torch.from_numpy(moved)[None].to(reference_output)
