"""Which sizes of frames a generator takes: found out by shapes alone, without computing anything."""

import copy

import torch
from torch import fx

from models.teachers.any_generator.graph import LayerGraph

MULTIPLES = tuple(2**power for power in range(11))  # pixels per side that are tried: 1 to 1024


@torch.no_grad()
def size_multiple(graph: LayerGraph) -> int:
    """The smallest of MULTIPLES such that the generator takes frames whose height and width are multiples of it.

    A U-Net of 8 levels halves a side 8 times and gives 256; a network that takes every size gives 1. The side of the
    example frame, which is known to work, if nothing smaller is found.
    """
    side = graph.shapes[graph.frame][2]
    shapes_only = copy.deepcopy(graph.module).to("meta")
    for multiple in MULTIPLES:
        if side % multiple == 0 and _takes(shapes_only, side + multiple, side + 2 * multiple, graph.scale):
            return multiple
    return side


def _takes(module: fx.GraphModule, height: int, width: int, scale: int) -> bool:
    try:
        y = module(torch.empty(1, 3, height, width, device="meta"))
    except Exception:  # foreign layers raise what they like
        return False
    return tuple(y.shape) == (1, 3, scale * height, scale * width)
