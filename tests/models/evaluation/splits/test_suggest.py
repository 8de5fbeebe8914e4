import torch

from models.evaluation.splits.candidates import Candidate
from models.evaluation.splits.suggest import Split, nearly_best, suggest
from models.evaluation.splits.times import BlockKind, PartTimes
from models.teachers.any_generator.cuts import Cut
from models.teachers.any_generator.graph import layer_graph
from tests.helpers.generators import row
from tests.helpers.textures import texture


def split(ms, ceiling):
    return Split(Candidate(Cut(1, 2, (), (), ()), 1, 1, 1), PartTimes(ms, 0.0, 0.0), ceiling)


def test_the_fastest_within_a_decibel_of_the_best_cut_that_pays_comes_first():
    splits = [split(10, 29.0), split(30, 33.0), split(20, 32.2), split(90, 60.0)]
    assert nearly_best(splits, at_most_ms=50) == [splits[2], splits[1]]
    assert nearly_best(splits, at_most_ms=100) == [splits[3]]


def test_where_no_cut_pays_the_fastest_is_named():
    splits = [split(10, 29.0), split(30, 33.0)]
    assert nearly_best(splits, at_most_ms=5) == [splits[0]]


def test_all_splits_are_rated_and_the_recommended_one_is_measured():
    frames = [texture(32, 48, seed=k) for k in range(3)]
    with torch.no_grad():
        found = suggest(layer_graph(row().eval(), frames[0]), frames, BlockKind("full_size", 8), repeats=1, pays=1e-6)
    assert len(found.splits) > 1 and found.best in found.splits and found.best.measured
    assert all(one.ms.skipped > 0 and one.ceiling > 0 for one in found.splits)
    assert found.generator_ms > 0 and 0 < found.pixels < 100
