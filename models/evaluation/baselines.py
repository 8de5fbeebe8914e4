"""The two simple methods that a Shortcut has to beat: reuse of the reference's output, and optical flow."""

from collections.abc import Callable

import torch
from torch import Tensor

from util.flow import optical_flow, scale_factor, upscale_flow, warp

Baseline = Callable[[Tensor, Tensor, Tensor], Tensor]  # (source input, current input, source output) -> output


def reuse(source_input: Tensor, current_input: Tensor, source_output: Tensor) -> Tensor:
    """Return the output of the source frame unchanged."""
    return source_output


def flow_warp(source_input: Tensor, current_input: Tensor, source_output: Tensor) -> Tensor:
    """Move the output of the source frame along the optical flow of the input.

    The flow goes from the current input to the source input, so every pixel of the result knows where in the source it
    comes from. Pixels from outside the image take the value at its border.

    Args:
        source_input, current_input: [1, 3, H, W] in [-1, 1].
        source_output: of their size or a whole number of times as large; the result has its size.

    Raises:
        ValueError: the inputs differ in shape, or the output has another size.
    """
    flow = upscale_flow(optical_flow(current_input, source_input), scale_factor(current_input, source_output))
    moved = warp(source_output[0].detach().float().cpu().numpy(), flow)
    return torch.from_numpy(moved)[None].to(source_output)


BASELINES: dict[str, Baseline] = {"reuse": reuse, "flow_warp": flow_warp}
