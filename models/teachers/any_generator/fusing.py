"""A graph made faster for inference: rows of layers that `fuse_layers` knows become fewer layers."""

import copy

from torch import fx, nn

from models.teachers.fused_layers import fuse_layers


def fuse_graph(module: fx.GraphModule) -> fx.GraphModule:
    """The same function. Modules that follow one another, each read by the next alone, are fused as a sequence."""
    fused = copy.deepcopy(module)
    for number, row in enumerate(_rows(fused)):
        name = f"row_{number}"
        fused.add_submodule(name, fuse_layers(nn.Sequential(*(fused.get_submodule(str(n.target)) for n in row))))
        with fused.graph.inserting_before(row[0]):
            node = fused.graph.call_module(name, row[0].args, row[0].kwargs)
        row[-1].replace_all_uses_with(node)
        for done in reversed(row):
            fused.graph.erase_node(done)
    fused.delete_all_unused_submodules()
    fused.recompile()
    return fused


def _rows(module: fx.GraphModule) -> list[list[fx.Node]]:
    rows: list[list[fx.Node]] = []
    for node in module.graph.nodes:
        if node.op != "call_module" or len(node.all_input_nodes) != 1:
            continue
        source = node.all_input_nodes[0]
        if rows and rows[-1][-1] is source and list(source.users) == [node]:
            rows[-1].append(node)
        else:
            rows.append([node])
    return [row for row in rows if len(row) > 1]
