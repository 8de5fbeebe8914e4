"""Where a generator can be cut: which values cross a cut, and whether a Shortcut can stand between them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from torch import fx

from models.teachers.any_generator.graph import LayerGraph
from models.teachers.base import Split

AT_MOST = 2  # values of one size that go into a body, or come out of it, side by side as channels
Name = int | str  # of a layer: its index, or its name


@dataclass(frozen=True)
class Cut:
    """A body, the layers [start, end) of a graph, and the values that cross its borders.

    entering: what the body reads of the layers before it: the early features.
    leaving: what the layers behind it read of the body: the late features.
    beside: what these read of the layers before the body, other than `entering`. It is always the current frame's own.
    """

    start: int
    end: int
    entering: tuple[fx.Node, ...]
    leaving: tuple[fx.Node, ...]
    beside: tuple[fx.Node, ...]


def cut_at(graph: LayerGraph, start: int, end: int) -> Cut:
    """The cut with body [start, end)."""
    places = {layer: place for place, layer in enumerate(graph.layers)}
    body, behind = graph.layers[start:end], graph.layers[end:]
    read_by_body, read_behind = _read(graph, body), _read(graph, behind)
    before = [value for value in read_by_body if places.get(value, -1) < start]  # the frame itself comes first of all
    leaving = [value for value in read_behind if start <= places.get(value, -1) < end]
    if graph.picture in body:
        leaving.append(graph.picture)
    beside = [value for value in read_behind if places.get(value, -1) < start and value not in before]
    return Cut(start, end, tuple(before), tuple(leaving), tuple(beside))


def problem(graph: LayerGraph, cut: Cut) -> str | None:
    """Why no Shortcut can replace the body, in one sentence without the names of its ends; None: one can."""
    if not 0 < cut.start < cut.end < len(graph.layers):
        return f"the cut must satisfy 0 < start < end < {len(graph.layers)}, got start {cut.start}, end {cut.end}"
    for verb, values in (("enter", cut.entering), ("leave", cut.leaving)):
        if not 0 < len(values) <= AT_MOST:
            return f"{len(values)} values {verb} the body ({names(values) or 'none'}), and it must be 1 or {AT_MOST}"
        if wrong := [value for value in values if len(graph.shapes[value]) != 4]:
            return f"{names(wrong)} {list(graph.shapes[wrong[0]])} is no map of features"
    sizes = {graph.shapes[value][2:] for value in (*cut.entering, *cut.leaving)}
    if len(sizes) > 1:
        return f"the features must have one size, and there are {_shapes(graph, (*cut.entering, *cut.leaving))}"
    if channels(graph, cut.entering) % 2:
        return f"a block needs an even number of channels, and {_shapes(graph, cut.entering)} enter the body"
    size = next(iter(sizes))
    if wrong := [value for value in cut.beside if factor(graph.shapes[value], size) is None]:
        return f"{_shapes(graph, wrong)} beside the body does not fit {size[0]} x {size[1]} a whole number of times"
    return None


def legal_cuts(graph: LayerGraph) -> Iterator[Cut]:
    """Every cut that a Shortcut can bridge."""
    count = len(graph.layers)
    cuts = (cut_at(graph, start, end) for start in range(1, count) for end in range(start + 1, count))
    return (cut for cut in cuts if problem(graph, cut) is None)


def nearest(graph: LayerGraph) -> str:
    """Why there is no legal cut: what is wrong with the one that comes closest."""
    count = len(graph.layers)
    cuts = [cut_at(graph, start, end) for start in range(1, count) for end in range(start + 1, count)]
    if not cuts:
        return f"it has {count} layers, and head, body and tail need one each"
    best = min(cuts, key=lambda cut: (max(len(cut.entering), len(cut.leaving)), cut.start - cut.end))
    return f"the nearest is {':'.join(map(str, ends(graph, best)))}, but {problem(graph, best)}"


def find(graph: LayerGraph, start: Name, end: Name) -> Cut:
    """The cut with these ends: indices, or names of layers.

    Raises:
        ValueError: no such layers, or no Shortcut can bridge the cut.
    """
    known = {layer.name: place for place, layer in enumerate(graph.layers)}
    first, behind = _place(known, start), _place(known, end)
    cut = Cut(first, behind, (), (), ())
    if 0 < first < behind < len(graph.layers):
        cut = cut_at(graph, first, behind)
    if found := problem(graph, cut):
        raise ValueError(f"the generator cannot be cut at {start}:{end}: {found}; scripts/suggest_split.sh finds cuts")
    return cut


def ends(graph: LayerGraph, cut: Cut) -> Split:
    """What identifies the cut: first layer of the body and first behind it, by index in a sequence, else by name."""
    if graph.by_index:
        return cut.start, cut.end
    return graph.layers[cut.start].name, graph.layers[cut.end].name


def factor(shape: Sequence[int], size: Sequence[int]) -> int | None:
    """How many times as large as `size` a map is, or minus how many times as small. None: no whole number of times."""
    if len(shape) != 4:
        return None
    (height, width), (h, w) = shape[2:], size
    if height % h == 0 and height * w == width * h:
        return height // h
    if h % height == 0 and height * w == width * h:
        return -(h // height)
    return None


def channels(graph: LayerGraph, values: Iterable[fx.Node]) -> int:
    """How many channels the values have together."""
    return sum(graph.shapes[value][1] for value in values)


def names(values: Iterable[fx.Node]) -> str:
    return ", ".join(value.name for value in values)


def _read(graph: LayerGraph, layers: Iterable[fx.Node]) -> list[fx.Node]:
    """Whose tensors the layers read, each once, in the order of reading."""
    return list(dict.fromkeys(value for layer in layers for value in graph.tensors_of(layer)))


def _place(known: dict[str, int], name: Name) -> int:
    if isinstance(name, int) or name.isdecimal():
        return int(name)
    if name not in known:
        raise ValueError(f"the generator has no layer {name}; it has {', '.join(list(known)[:6])} ...")
    return known[name]


def _shapes(graph: LayerGraph, values: Iterable[fx.Node]) -> str:
    described = (f"{value.name} {'x'.join(map(str, graph.shapes[value][1:]))}" for value in values)
    return ", ".join(described)
