from itertools import combinations

import pytest

from models.streaming.partition import balanced_cuts


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
