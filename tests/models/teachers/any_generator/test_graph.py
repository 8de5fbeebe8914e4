import pytest
import torch
from torch import nn

from models.teachers.any_generator.graph import layer_graph
from tests.helpers.generators import Asking, Residual, SkipNet, made, row


def frame(height=32, width=48):
    return torch.rand(1, 3, height, width) * 2 - 1


def rewriting():
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), Residual(4), Residual(4), nn.Conv2d(4, 3, 3, padding=1))


@pytest.mark.parametrize("kind", [SkipNet, Asking, row, rewriting])
@torch.no_grad()
def test_a_graph_computes_its_generator_at_any_size_and_for_any_number_of_frames(kind):
    generator = made(kind)
    graph = layer_graph(generator, frame())
    for x in (frame(), torch.cat([frame(16, 64), frame(16, 64)])):
        torch.testing.assert_close(graph.module(x), generator(x))


@pytest.mark.parametrize(("kind", "by_index"), [(row, True), (lambda: Holder(row()), True), (SkipNet, False)])
def test_only_a_plain_sequence_is_known_by_index(kind, by_index):
    assert layer_graph(made(kind), frame()).by_index == by_index


class Holder(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        return self.layers(x)


def test_a_sequence_whose_elements_write_into_their_input_is_taken_apart_by_layer():
    graph = layer_graph(made(rewriting), frame())
    assert not graph.by_index or not any(getattr(m, "inplace", False) for m in graph.module.modules())


def test_shapes_and_scale_are_those_of_the_example():
    graph = layer_graph(made(SkipNet), frame(16, 24))
    assert graph.shapes[graph.frame] == (1, 3, 16, 24) == graph.shapes[graph.picture]
    assert graph.scale == 1
    larger = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Upsample(scale_factor=2))
    assert layer_graph(larger, frame()).scale == 2


def test_the_generator_itself_does_not_change():
    generator = made(SkipNet)
    layer_graph(generator, frame())
    assert generator.down1[2].inplace and not any(p.is_meta for p in generator.parameters())


class Undecided(nn.Module):
    """Chooses its layers by values, which no graph can follow."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x):
        return self.first(x) if x.sum() > 0 else self.second(x)


def test_a_generator_that_no_way_can_follow_is_refused_with_the_reasons():
    with pytest.raises(ValueError, match=r"cannot be taken apart; as_sequence: .*; by_fx: .*; by_export: "):
        layer_graph(Undecided(), frame())
