import pytest
import torch
from torch import nn

from models.evaluation.cost import count_macs
from models.evaluation.splits.candidates import candidates, layer_macs
from models.teachers.any_generator.cuts import ends, names
from models.teachers.any_generator.graph import layer_graph
from models.teachers.any_generator.parts import cut_generator
from tests.helpers.generators import SkipNet, made, row

X = torch.zeros(1, 3, 32, 48)


@pytest.mark.parametrize("kind", [SkipNet, row])
def test_the_macs_of_the_parts_are_those_that_run(kind):
    graph = layer_graph(made(kind), X)
    assert sum(layer_macs(graph, X)) == count_macs(graph.module, X)
    for one in candidates(graph, X)[:2]:
        teacher = cut_generator(graph, one.cut)
        a = teacher.head(X)
        f = teacher.body(a)
        counted = count_macs(teacher.head, X), count_macs(teacher.body, a), count_macs(teacher.tail, f, a)
        assert counted == (one.head, one.body, one.tail)


def test_a_skip_connection_stays_the_current_frames():
    graph = layer_graph(made(SkipNet), X)
    found = {ends(graph, one.cut): one.cut for one in candidates(graph, X)}
    assert names(found["down2_0", "cat_1"].leaving) == "up2_1"  # not the concatenation with down1


def test_cuts_that_differ_by_norms_and_activations_are_one():
    graph = layer_graph(made(row), X)
    found = [ends(graph, one.cut) for one in candidates(graph, X)]
    assert (1, 5) in found and not {(2, 5), (3, 5), (1, 4)} & set(found)


def test_a_generator_without_a_cut_is_refused_with_the_reason():
    flat = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(5, 7, 3, padding=1), nn.Conv2d(7, 3, 3, padding=1))
    with pytest.raises(ValueError, match="can replace a part of this generator: the nearest is 1:2, but a block"):
        candidates(layer_graph(flat, X), X)
