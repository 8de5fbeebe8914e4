"""The classical rival of a Shortcut: move the last reference's output along the input's optical flow."""

import torch
from torch import Tensor

from util.flow import optical_flow, scale_factor, upscale_flow, warp


def flow_warp(reference_input: Tensor, current_input: Tensor, reference_output: Tensor) -> Tensor:
    """The reference's output as the current frame's; border repeated outside the image.

    Flow is estimated from the current input to the reference input, so every pixel of the result knows where in the
    reference it comes from.

    Args:
        reference_input, current_input: [1, 3, H, W] in [-1, 1].
        reference_output: of their size or a whole number of times as large, and so is what is returned.

    Raises:
        ValueError: the inputs differ in shape, or the output has another size.
    """
    flow = upscale_flow(optical_flow(current_input, reference_input), scale_factor(current_input, reference_output))
    moved = warp(reference_output[0].detach().float().cpu().numpy(), flow)
    return torch.from_numpy(moved)[None].to(reference_output)
