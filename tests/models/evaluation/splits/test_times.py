import pytest
import torch

from models.evaluation.splits.candidates import candidates
from models.evaluation.splits.times import BlockKind, PartTimes, part_times, skipped_times
from models.shortcut.full_size_inference import FullSizeInference
from models.shortcut.inference import InferenceBlock
from models.teachers.any_generator.graph import layer_graph
from models.teachers.any_generator.parts import cut_generator
from tests.helpers.generators import SkipNet, made

X = torch.zeros(1, 3, 32, 48)


@pytest.mark.parametrize(("form", "kind"), [("published", InferenceBlock), ("full_size", FullSizeInference)])
def test_every_part_and_every_whole_skipped_frame_is_timed(form, kind):
    graph = layer_graph(made(SkipNet), X)
    cuts = [one.cut for one in candidates(graph, X)]
    block = BlockKind(form, 8)
    assert isinstance(block.new(cut_generator(graph, cuts[0])), kind)
    times, generator_ms = part_times(graph, cuts, block, X, repeats=1)
    assert times.keys() == set(cuts) and generator_ms > 0
    assert all(min(one.head, one.block, one.tail) > 0 for one in times.values())
    assert skipped_times(graph, cuts[:1], block, X, repeats=1).keys() == set(cuts[:1])


def test_a_skipped_frame_is_predicted_as_the_sum_of_its_parts():
    assert PartTimes(1.0, 2.0, 4.0).skipped == 7.0
