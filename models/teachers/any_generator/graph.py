"""A generator as a row of layers with edges between them: the form in which it can be cut anywhere."""

import copy
import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn
from torch.fx.graph import CodeGen

from models.teachers.any_generator.checks import picture_of

CALLS = ("call_module", "call_function", "call_method")
Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class LayerGraph:
    """The layers of a generator in the order in which they run.

    module: computes the generator; its `graph` has the layers as nodes.
    layers: those nodes. A layer's index is its place here.
    shapes: node -> shape of what it makes of the example frame, where that is a tensor.
    by_index: the generator is a plain sequence, whose layers are known by their index. Others are known by name.
    """

    module: fx.GraphModule
    layers: tuple[fx.Node, ...]
    shapes: dict[fx.Node, Shape]
    by_index: bool

    @property
    def frame(self) -> fx.Node:
        """The input."""
        return next(node for node in self.module.graph.nodes if node.op == "placeholder")

    @property
    def picture(self) -> fx.Node:
        """The layer whose result is the output."""
        return next(iter(self.module.graph.output_node().all_input_nodes))

    @property
    def scale(self) -> int:
        """Output pixels per input pixel, along each axis."""
        return self.shapes[self.picture][3] // self.shapes[self.frame][3]

    def tensors_of(self, node: fx.Node) -> Iterator[fx.Node]:
        """The layers, or the frame, whose tensors `node` reads. A size of a tensor is read off the tensor anew."""
        for source in node.all_input_nodes:
            if source in self.shapes:
                yield source
            elif source.op != "get_attr":
                yield from self.tensors_of(source)


@torch.no_grad()
def layer_graph(generator: nn.Module, example: Tensor) -> LayerGraph:
    """The graph of a generator that `checks.check` accepts, made by the first of three ways that computes the same.

    A plain sequence is taken as it is. Else torch.fx follows one call through the modules. Where the generator asks for
    values of the frame, torch.export writes the call down in elementary operators.

    Args:
        example: a frame [1, 3, H, W].

    Raises:
        ValueError: none of the ways works. The message tells why.
    """
    expected, reasons = picture_of(generator, example), []
    for way in (_as_sequence, _by_fx, _by_export):
        try:
            module = way(copy.deepcopy(generator), example)
            recorder = _Shapes(module)
            found = recorder.run(example)
        except Exception as error:  # torch.fx and torch.export pass on whatever foreign code raises
            reasons.append(f"{way.__name__[1:]}: {(str(error).strip() or repr(error)).splitlines()[0]}")
            continue
        if _equal(found, expected):
            layers = tuple(node for node in module.graph.nodes if node.op in CALLS)
            return LayerGraph(module, layers, recorder.shapes, way is _as_sequence)
        reasons.append(f"{way.__name__[1:]}: its graph computes something else")
    raise ValueError("the generator cannot be taken apart; " + "; ".join(reasons))


class _Shapes(fx.Interpreter):
    """Runs a graph and keeps the shape of every tensor but the weights."""

    def __init__(self, module: fx.GraphModule):
        super().__init__(module)
        self.shapes: dict[fx.Node, Shape] = {}

    def run_node(self, n: fx.Node) -> object:
        result = super().run_node(n)
        if isinstance(result, Tensor) and n.op not in ("get_attr", "output"):
            self.shapes[n] = tuple(result.shape)
        return result


def _as_sequence(generator: nn.Module, example: Tensor) -> fx.GraphModule:
    """The elements of an nn.Sequential, or of the only nn.Sequential or nn.ModuleList that the generator holds."""
    children = list(generator.children())
    inner = children[0] if len(children) == 1 and not isinstance(generator, nn.Sequential) else generator
    if not isinstance(inner, nn.Sequential | nn.ModuleList):
        raise ValueError("it is no sequence of layers")
    _stop_writing(generator)
    root, graph = nn.Sequential(*inner), fx.Graph()
    node, value = graph.placeholder("x"), example
    for name, layer in root.named_children():
        before = value.clone()
        after = layer(value)
        if not torch.equal(before, value):
            raise ValueError(f"layer {name} writes into its input")
        node, value = graph.call_module(name, (node,)), after
    graph.output(node)
    return fx.GraphModule(root, graph)


def _by_fx(generator: nn.Module, example: Tensor) -> fx.GraphModule:
    module = fx.symbolic_trace(generator)
    places = {node: place for place, node in enumerate(module.graph.nodes)}
    for node in [node for node in module.graph.nodes if _writes(node, module)]:
        # What is read later is what the layer left there.
        source = node.all_input_nodes[0]
        source.replace_all_uses_with(node, lambda user, after=places[node]: places[user] > after)
        if "inplace" in node.kwargs:
            node.kwargs = {**node.kwargs, "inplace": False}
    _stop_writing(module)
    module.graph.eliminate_dead_code()
    module.recompile()
    return module


def _by_export(generator: nn.Module, example: Tensor) -> fx.GraphModule:
    """Elementary operators of frames of any number and size; sizes that the generator fixes stay fixed."""
    auto = torch.export.Dim.AUTO
    pair = torch.cat([example, example.flip(3)])  # a single frame would fix the number of frames
    program = torch.export.export(generator, (pair,), dynamic_shapes=({0: auto, 2: auto, 3: auto},))
    module = program.run_decompositions({}).module()
    for node in module.graph.find_nodes(op="call_module", target="_guards_fn"):
        module.graph.erase_node(node)
    output = module.graph.output_node()
    output.args = (output.all_input_nodes[0],)
    module.graph.set_codegen(CodeGen())  # plain: a tensor in, a tensor out
    module.graph.eliminate_dead_code()
    module.recompile()
    return module


def _writes(node: fx.Node, module: fx.GraphModule) -> bool:
    """Whether the layer overwrites its input, by its flag `inplace`."""
    if node.op == "call_module":
        return bool(getattr(module.get_submodule(str(node.target)), "inplace", False))
    is_method = node.op == "call_method" and node.target.endswith("_")
    if is_method or (node.op == "call_function" and node.target in WRITERS):
        raise ValueError(f"{node.name} writes into a tensor")  # torch.export can replace that
    return bool(node.kwargs.get("inplace", False))


WRITERS: set[Callable] = {operator.iadd, operator.imul, operator.isub, operator.setitem, torch.relu_}


def _stop_writing(generator: nn.Module) -> None:
    for layer in generator.modules():
        if getattr(layer, "inplace", False):
            setattr(layer, "inplace", False)  # noqa: B010  (nn.Module has no such attribute, its activations do)


def _equal(found: object, expected: Tensor) -> bool:
    if not isinstance(found, Tensor) or found.shape != expected.shape:
        return False
    return math.isclose(0, (found - expected).abs().max().item(), abs_tol=1e-4 * (1 + expected.abs().max().item()))
