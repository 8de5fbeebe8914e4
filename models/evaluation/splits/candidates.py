"""The legal cuts of a generator, one for each way to divide its multiplications among head, body and tail."""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, fx

from models.evaluation import cost
from models.teachers.any_generator.cuts import Cut, channels, legal_cuts, nearest
from models.teachers.any_generator.graph import LayerGraph


@dataclass(frozen=True)
class Candidate:
    """A cut and the multiply-accumulates of its parts."""

    cut: Cut
    head: int
    body: int
    tail: int


def candidates(graph: LayerGraph, frame: Tensor) -> list[Candidate]:
    """The cuts whose body multiplies, in the order of their layers; MACs are those of a frame [1, 3, H, W].

    One stands for all cuts that differ only by layers without multiplications, such as norms: the one with fewest
    channels to predict, so that a skip connection stays the current frame's; of those the one with most layers in its
    body.

    Raises:
        ValueError: there is no such cut. The message says what is wrong with the nearest one.
    """
    macs = layer_macs(graph, frame)
    alike: dict[tuple[int, ...], list[Candidate]] = {}
    for cut in legal_cuts(graph):
        parts = [sum(macs[start:end]) for start, end in ((0, cut.start), (cut.start, cut.end), (cut.end, None))]
        if parts[1]:
            key = (*parts, *graph.shapes[cut.entering[0]][2:])
            alike.setdefault(key, []).append(Candidate(cut, *parts))
    if not alike:
        raise ValueError(f"no Shortcut can replace a part of this generator: {nearest(graph)}")
    chosen = [min(some, key=partial(_preference, graph)) for some in alike.values()]
    return sorted(chosen, key=lambda one: (one.cut.start, one.cut.end))


def _preference(graph: LayerGraph, one: Candidate) -> tuple[int, ...]:
    cut = one.cut
    return channels(graph, cut.leaving), channels(graph, cut.entering), cut.start - cut.end


@torch.no_grad()
def layer_macs(graph: LayerGraph, frame: Tensor) -> list[int]:
    """The multiply-accumulates of each layer, for a frame [1, 3, H, W]."""
    counter = _Counter(graph.module)
    counter.run(frame)
    return [counter.macs.get(layer, 0) for layer in graph.layers]


class _Counter(fx.Interpreter):
    def __init__(self, module: fx.GraphModule):
        super().__init__(module)
        self.macs: dict[fx.Node, int] = {}

    def run_node(self, n: fx.Node) -> object:
        kept: list[object] = []
        self.macs[n] = cost.count_macs(lambda: kept.append(super(_Counter, self).run_node(n)))
        return kept[0]
