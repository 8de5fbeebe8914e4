"""The least memory that a network needs for a frame, known before the frame is run."""

import torch
from torch import Tensor, nn


def layer_bytes(network: nn.Module, small: Tensor, size: tuple[int, int]) -> int:
    """Bytes of the input and output of the largest layer for a frame of `size` (width, height): what it needs at least.

    The network runs once, on the frame `small`, [1, C, h, w]: features grow with the area of the frame.
    """
    largest = 0

    def measure(_: nn.Module, inputs: tuple, output: object) -> None:
        nonlocal largest
        tensors = [tensor for tensor in (*inputs, output) if isinstance(tensor, Tensor)]
        largest = max(largest, sum(tensor.numel() * tensor.element_size() for tensor in tensors))

    layers = [module for module in network.modules() if not list(module.children())]
    hooks = [layer.register_forward_hook(measure) for layer in layers]
    try:
        with torch.no_grad():
            network(small)
    finally:
        for hook in hooks:
            hook.remove()
    return largest * size[0] * size[1] // (small.shape[2] * small.shape[3])
