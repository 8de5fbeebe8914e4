"""The classical rival of a Shortcut: move the last reference's output along the input's optical flow."""

import cv2
import numpy as np
import torch
from torch import Tensor

from util.image import to_uint8

SMALLEST_SIDE = 16


class FlowWarp:
    """OpenCV DIS optical flow (preset medium) and bilinear resampling, border repeated outside the image.

    Source: Kroeger et al., Fast Optical Flow using Dense Inverse Search (2016).
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def warp(self, reference_input: Tensor, current_input: Tensor, reference_output: Tensor) -> Tensor:
        """The reference's output as the current frame's, all [1, 3, H, W] in [-1, 1].

        Flow is estimated from the current input to the reference input, on grey 8-bit images, so every
        pixel of the result knows where in the reference it comes from.

        Raises:
            ValueError: the three differ in shape.
        """
        shapes = [list(image.shape) for image in (reference_input, current_input, reference_output)]
        if shapes[0] != shapes[1] or shapes[0] != shapes[2]:
            raise ValueError(f"flow and warp need three images of one shape, got {shapes}")
        height, width = shapes[0][-2:]
        flow = self._flow.calc(_grey(current_input), _grey(reference_input), None)[:height, :width]  # (dx, dy), pixels
        xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        pixels = reference_output[0].detach().float().cpu().permute(1, 2, 0).contiguous().numpy()
        moved = cv2.remap(
            pixels, xs + flow[..., 0], ys + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return torch.from_numpy(moved).permute(2, 0, 1)[None].contiguous().to(reference_output)


def _grey(x: Tensor) -> np.ndarray:
    """uint8 [H', W'] of `x` [1, 3, H, W], its border repeated below and to the right where it is too small.

    DIS chooses its pyramid by the width alone; on images much wider than high, or smaller than its patches,
    the coarsest level is less than one patch high and OpenCV reads outside it (a crash, not an exception).
    """
    grey = cv2.cvtColor(to_uint8(x[0]), cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    below = max(SMALLEST_SIDE, (3 * width + 7) // 8, height) - height
    right = max(SMALLEST_SIDE, width) - width
    return cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REPLICATE)
