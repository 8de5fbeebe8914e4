"""A generator cut into the head, body and tail of a teacher. Between them, values lie side by side as channels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from models.teachers.any_generator.cuts import Cut, channels, ends, factor
from models.teachers.any_generator.fusing import fuse_graph
from models.teachers.any_generator.graph import LayerGraph
from models.teachers.base import LateLayers, Teacher


class CutGenerator(Teacher):
    """A teacher made of any generator. Its weights have the names that they have in the generator.

    a holds the early features in its first `a_channels` channels. What the tail needs besides follows them.
    """

    def uncut_weights(self) -> dict[str, Tensor]:
        """The weights, and the running statistics of batch norm."""
        return {key.partition(".")[2].removeprefix("layers."): value for key, value in self.state_dict().items()}


def cut_generator(graph: LayerGraph, cut: Cut) -> CutGenerator:
    """The teacher of a legal cut; it shares the generator's weights."""
    head, body, tail = _slices(graph, cut) if graph.by_index else _graph_parts(graph, cut)
    a_channels, f_channels = channels(graph, cut.entering), channels(graph, cut.leaving)
    return CutGenerator(head, body, tail, a_channels, f_channels, ends(graph, cut), graph.scale)


def _slices(graph: LayerGraph, cut: Cut) -> Sequence[nn.Module]:
    named = [(str(layer.target), graph.module.get_submodule(str(layer.target))) for layer in graph.layers]
    bounds = (0, cut.start, cut.end, len(named))
    kinds = (nn.Sequential, nn.Sequential, LateLayers)
    return [_sequence(kind, named[bounds[k] : bounds[k + 1]]) for k, kind in enumerate(kinds)]


def _sequence(kind: Callable[[], nn.Sequential], named: Iterable[tuple[str, nn.Module]]) -> nn.Sequential:
    made = kind()
    for name, layer in named:
        made.add_module(name, layer)
    return made


def _graph_parts(graph: LayerGraph, cut: Cut) -> Sequence[nn.Module]:
    values = (*cut.entering, *cut.beside)
    early, late, all_early = (_edges(graph, some, cut) for some in (cut.entering, cut.leaving, values))
    return (
        Part(_between(graph, (graph.frame,), values), None, all_early),
        Part(_between(graph, cut.entering, cut.leaving), early, late),
        Tail(_between(graph, (*cut.leaving, *values), (graph.picture,)), late, all_early),
    )


def _edges(graph: LayerGraph, values: Iterable[fx.Node], cut: Cut) -> tuple["Edge", ...]:
    size = graph.shapes[cut.entering[0]][2:]
    return tuple(Edge(graph.shapes[value][1], factor(graph.shapes[value], size) or 1) for value in values)


def packed(graph: LayerGraph, cut: Cut, values: Sequence[fx.Node], made: Mapping[fx.Node, Tensor]) -> Tensor:
    """Values of a cut as the teacher's parts hand them on; `made` has what each layer made of a frame.

    `entering` and `beside` together are the early features a, `leaving` the late features f.
    """
    return pack(_edges(graph, values, cut), [made[value] for value in values])


@dataclass(frozen=True)
class Edge:
    """How a value lies among the channels of packed features.

    channels: of the value itself.
    factor: how many times as large as the features it is; below 0: minus how many times as small.
    """

    channels: int
    factor: int

    @property
    def packed_channels(self) -> int:
        return self.channels * max(self.factor, 1) ** 2

    def pack(self, value: Tensor) -> Tensor:
        """[N, channels, H, W] -> [N, packed_channels, h, w]: a square of pixels becomes channels of one."""
        if self.factor > 1:
            return F.pixel_unshuffle(value, self.factor)
        return value.repeat_interleave(-self.factor, 2).repeat_interleave(-self.factor, 3) if self.factor < 0 else value

    def unpack(self, packed: Tensor) -> Tensor:
        if self.factor > 1:
            return F.pixel_shuffle(packed, self.factor)
        return packed[:, :, :: -self.factor, :: -self.factor] if self.factor < 0 else packed


def pack(edges: Sequence[Edge], values: Sequence[Tensor]) -> Tensor:
    """The values side by side, [N, C, h, w]."""
    packed = [edge.pack(value) for edge, value in zip(edges, values, strict=True)]
    return packed[0] if len(packed) == 1 else torch.cat(packed, 1)


def unpack(edges: Sequence[Edge], packed: Tensor) -> list[Tensor]:
    """The values that lie in the first channels of `packed`."""
    if len(edges) == 1 and packed.shape[1] == edges[0].packed_channels:
        return [edges[0].unpack(packed)]
    counts = [edge.packed_channels for edge in edges]
    rest = packed.shape[1] - sum(counts)
    return [edge.unpack(part) for edge, part in zip(edges, packed.split([*counts, rest], 1), strict=False)]


class Part(nn.Module):
    """Layers of a graph between packed values.

    Args:
        layers: a tensor for each value that it takes -> a tuple of values.
        takes, gives: how its input and its output are packed. None: the input is a frame.
    """

    def __init__(self, layers: fx.GraphModule, takes: Sequence[Edge] | None, gives: Sequence[Edge]):
        super().__init__()
        self.layers, self.takes, self.gives = layers, takes, gives

    def forward(self, x: Tensor) -> Tensor:
        return pack(self.gives, self.layers(*(unpack(self.takes, x) if self.takes else [x])))

    def for_inference(self) -> "Part":
        return Part(fuse_graph(self.layers), self.takes, self.gives)


class Tail(nn.Module):
    """The last layers of a graph, from packed late and early features."""

    def __init__(self, layers: fx.GraphModule, late: Sequence[Edge], early: Sequence[Edge]):
        super().__init__()
        self.layers, self.late, self.early = layers, late, early

    def forward(self, f: Tensor, a: Tensor) -> Tensor:
        return self.layers(*unpack(self.late, f), *unpack(self.early, a))[0]

    def for_inference(self) -> "Tail":
        return Tail(fuse_graph(self.layers), self.late, self.early)


def _between(graph: LayerGraph, given: Sequence[fx.Node], wanted: Sequence[fx.Node]) -> fx.GraphModule:
    """The layers that compute the values `wanted` from the values `given`."""
    part = fx.Graph()
    copies, needed, open_ends = {value: part.placeholder(value.name) for value in given}, set(), list(wanted)
    while open_ends:
        node = open_ends.pop()
        if node not in copies and node not in needed:
            needed.add(node)
            open_ends += node.all_input_nodes
    for node in graph.module.graph.nodes:
        if node in needed:
            copies[node] = part.node_copy(node, lambda source: copies[source])
    part.output(tuple(copies[value] for value in wanted))
    return fx.GraphModule(graph.module, part)
