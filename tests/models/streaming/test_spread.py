from itertools import combinations

import pytest
import torch

from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.streaming.spread import Renewal, balanced_cuts
from models.streaming.stages import eager
from tests.helpers.tiny import block, teacher, video


@pytest.mark.parametrize("form", BLOCKS)
def test_a_reference_is_ready_after_as_many_steps_as_there_are_slices(form):
    stages = eager(teacher().for_inference(), optimize(block(form)), cuts=(1, 2))
    a = stages.head(video()[0])
    expected = stages.renew(a.clone())
    renewal = Renewal(stages, a, 7)
    a.zero_()  # its memory may serve the next frame
    steps = [renewal.advance() for _ in range(3)]
    assert steps[:2] == [None, None] and renewal.index == 7
    for made, wanted in zip(steps[2], expected, strict=True):
        torch.testing.assert_close(made, wanted)


def dearest(costs, cuts):
    bounds = [0, *cuts, len(costs)]
    return max(sum(costs[start:end]) for start, end in zip(bounds, bounds[1:], strict=False))


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("costs", [[1, 1, 1, 1, 1, 1], [2, 1, 9, 9, 9, 9, 3], [9, 1, 1, 1, 1], [0, 0, 4, 0], [5]])
def test_no_other_cuts_make_the_dearest_run_cheaper(costs, parts):
    places = range(1, len(costs))
    ways = [cuts for count in range(min(parts, len(costs))) for cuts in combinations(places, count)]
    assert dearest(costs, balanced_cuts(costs, parts)) == min(dearest(costs, cuts) for cuts in ways)


def test_there_are_no_more_cuts_than_help_and_early_runs_are_full():
    assert balanced_cuts([4, 4, 4, 4, 4], 4) == (2, 4)
    assert balanced_cuts([9, 1, 1], 3) == (1,)
    assert balanced_cuts([4], 3) == ()


@pytest.mark.parametrize(("costs", "parts"), [([1], 0), ([], 2)])
def test_nothing_to_share_or_nobody_to_share_with_is_refused(costs, parts):
    with pytest.raises(ValueError, match="cannot cut"):
        balanced_cuts(costs, parts)
