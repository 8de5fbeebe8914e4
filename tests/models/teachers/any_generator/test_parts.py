import pytest
import torch
from torch import nn

from models.teachers.any_generator.cuts import find, legal_cuts
from models.teachers.any_generator.graph import layer_graph
from models.teachers.any_generator.parts import Edge, cut_generator, pack, packed, unpack
from tests.helpers.generators import Asking, SkipNet, made, row


def taken_apart(kind):
    generator = made(kind)
    return generator, layer_graph(generator, torch.zeros(1, 3, 32, 32))


def some_cuts(graph):
    """Six of all cuts, so that the tests stay fast."""
    cuts = list(legal_cuts(graph))
    return cuts[:: max(1, len(cuts) // 6)]


@pytest.mark.parametrize("kind", [SkipNet, Asking, row])
@torch.no_grad()
def test_head_body_and_tail_of_every_cut_together_are_the_generator(kind):
    generator, graph = taken_apart(kind)
    x = torch.rand(2, 3, 16, 24) * 2 - 1
    for cut in some_cuts(graph):
        teacher = cut_generator(graph, cut)
        torch.testing.assert_close(teacher(x), generator(x))
        torch.testing.assert_close(teacher.for_inference()(x), generator(x), atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", [SkipNet, row])
@torch.no_grad()
def test_no_part_writes_into_its_input(kind):
    _, graph = taken_apart(kind)
    x = torch.rand(1, 3, 16, 24) * 2 - 1
    for cut in some_cuts(graph):
        for teacher in (cut_generator(graph, cut), cut_generator(graph, cut).for_inference()):
            a = teacher.head(x)
            f = teacher.body(kept := a.clone())
            teacher.tail(late := f.clone(), kept)
            assert torch.equal(a, kept) and torch.equal(f, late)


@torch.no_grad()
def test_the_tail_reads_the_current_frames_skips_and_the_body_only_the_early_features():
    _, graph = taken_apart(SkipNet)
    teacher = cut_generator(graph, find(graph, "down3_0", "cat"))
    a = teacher.head(torch.rand(1, 3, 16, 24))
    assert (teacher.a_channels, teacher.f_channels) == (8, 8) and a.shape == (1, 8 + 4 * 4, 4, 6)
    other = torch.cat([a[:, :8], torch.rand_like(a[:, 8:])], 1)
    f = teacher.body(a)
    assert torch.equal(f, teacher.body(other)) and not torch.equal(teacher.tail(f, a), teacher.tail(f, other))


@pytest.mark.parametrize("kind", [SkipNet, row])
def test_the_weights_keep_their_names_whatever_the_cut(kind):
    generator, graph = taken_apart(kind)
    state = generator.state_dict()
    for cut in some_cuts(graph):
        weights = cut_generator(graph, cut).uncut_weights()
        assert weights.keys() == state.keys() and all(torch.equal(weights[key], state[key]) for key in state)


def test_gradients_flow_through_the_tail():
    _, graph = taken_apart(SkipNet)
    teacher = cut_generator(graph, find(graph, "down3_0", "cat"))
    a = teacher.head(torch.rand(1, 3, 16, 24))
    f = teacher.body(a).requires_grad_()
    teacher.tail(f, a).sum().backward()
    assert f.grad.abs().sum() > 0 and all(p.grad is None for p in teacher.parameters())


def test_values_of_several_sizes_are_packed_and_come_back():
    edges = (Edge(2, 1), Edge(3, 2), Edge(1, -2))
    values = [torch.rand(2, 2, 4, 6), torch.rand(2, 3, 8, 12), torch.rand(2, 1, 2, 3)]
    together = pack(edges, values)
    assert together.shape == (2, 2 + 12 + 1, 4, 6)
    assert all(torch.equal(back, value) for back, value in zip(unpack(edges, together), values, strict=True))
    assert torch.equal(unpack(edges[:1], together)[0], values[0])


@torch.no_grad()
def test_what_layers_made_is_packed_as_the_parts_hand_it_on():
    _, graph = taken_apart(SkipNet)
    cut, x = find(graph, "down3_0", "cat"), torch.rand(1, 3, 32, 32)
    teacher, kept = cut_generator(graph, cut), {}

    class Keeper(torch.fx.Interpreter):
        def run_node(self, n):
            kept[n] = super().run_node(n)
            return kept[n]

    Keeper(graph.module).run(x)
    a = packed(graph, cut, (*cut.entering, *cut.beside), kept)
    torch.testing.assert_close(a, teacher.head(x))
    torch.testing.assert_close(packed(graph, cut, cut.leaving, kept), teacher.body(a))


def test_two_late_values_of_one_size_are_packed():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.head, self.left, self.right = (nn.Conv2d(*pair, 3, padding=1) for pair in ((3, 4), (4, 2), (4, 6)))
            self.tail = nn.Conv2d(8, 3, 3, padding=1)

        def forward(self, x):
            a = self.head(x)
            left, right = self.left(a), self.right(a)
            return self.tail(torch.cat([left.relu(), right.tanh()], 1))

    generator = made(Two)
    graph = layer_graph(generator, x := torch.rand(1, 3, 8, 8))
    teacher = cut_generator(graph, find(graph, "left", "relu"))
    assert teacher.f_channels == 8
    torch.testing.assert_close(teacher(x), generator(x).clamp(-1, 1))
