import pytest
import torch
from torch import nn

from models.teachers.any_generator.cuts import cut_at, ends, factor, find, legal_cuts, names, nearest, problem
from models.teachers.any_generator.graph import layer_graph
from tests.helpers.generators import SkipNet, made, row


def graph(kind=SkipNet):
    return layer_graph(made(kind), torch.zeros(1, 3, 32, 32))


def test_skip_connections_beside_a_body_are_found():
    found = graph()
    cut = find(found, "down3_0", "cat")
    assert names(cut.entering) == "down2_2" and names(cut.leaving) == "up3_1" and names(cut.beside) == "down1_2"
    assert ends(found, cut) == ("down3_0", "cat")


def test_every_legal_cut_joins_features_of_one_size():
    for kind in (SkipNet, row):
        found = graph(kind)
        cuts = list(legal_cuts(found))
        assert len(cuts) > 3
        for cut in cuts:
            values = (*cut.entering, *cut.leaving)
            assert len({found.shapes[value][2:] for value in values}) == 1 and len(cut.entering) <= 2
            assert problem(found, cut_at(found, cut.start, cut.end)) is None


def test_a_layer_is_named_by_index_too():
    found = graph()
    by_name = find(found, "down3_0", "cat")
    assert find(found, by_name.start, str(by_name.end)) == by_name
    assert ends(graph(row), find(graph(row), 3, 6)) == (3, 6)


@pytest.mark.parametrize(
    ("kind", "cut", "message"),
    [
        (SkipNet, ("down2_0", "cat"), r"must have one size, and there are down1_2 4x16x16, down2_2 8x8x8, up3_1"),
        (SkipNet, ("nothing", "cat"), "no layer nothing; it has down1_0"),
        (SkipNet, ("cat", "down3_0"), "0 < start < end < "),
        (row, (0, 3), "0 < start < end < 8, got start 0"),
        (row, (3, 99), "0 < start < end < 8, got start 3, end 99"),
    ],
)
def test_a_cut_that_cannot_be_bridged_is_refused(kind, cut, message):
    with pytest.raises(ValueError, match=message):
        find(graph(kind), *cut)


class Down(nn.Sequential):
    def __init__(self):
        layers = [nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 3, 2, 1), nn.Flatten(), nn.Linear(512, 3 * 32 * 32)]
        super().__init__(*layers, nn.Unflatten(1, (3, 32, 32)))


def test_where_there_is_no_cut_the_nearest_one_is_explained():
    found = graph(Down)
    assert not list(legal_cuts(found))
    assert nearest(found).startswith("the nearest is 1:4, but ") and "_3 [1, 3072] is no map" in nearest(found)


@pytest.mark.parametrize(("shape", "expected"), [((8, 12), 1), ((16, 24), 2), ((4, 6), -2), ((16, 12), None)])
def test_a_map_beside_the_body_has_a_whole_factor(shape, expected):
    assert factor((1, 3, *shape), (8, 12)) == expected


def test_a_vector_has_no_factor():
    assert factor((1, 3), (8, 12)) is None
