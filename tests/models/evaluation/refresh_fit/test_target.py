import pytest

from models.evaluation.refresh_fit.curve import Point
from models.evaluation.refresh_fit.target import Target


def along(*thresholds):
    """Points of a policy that costs 10 / threshold and shows 30 dB / threshold."""
    return [Point("adaptive", t, 10 / t, t, 0.5, None, 30 / t) for t in thresholds]


def test_the_best_at_a_cost_shows_most_and_the_best_at_a_quality_costs_least():
    points = along(0.5, 1, 2, 4)
    assert Target(macs=10).best(points).setting == 1
    assert Target(psnr=30).best(points).setting == 1
    assert Target(macs=6).best(points).setting == 2
    assert Target(psnr=20).best(points).setting == 1


def test_what_nothing_reaches_has_no_best_and_no_search():
    for target in (Target(macs=1), Target(psnr=99)):
        assert target.best(along(1, 2)) is None and target.nearer(along(1, 2), 3) == []


@pytest.mark.parametrize(("target", "exact"), [(Target(macs=7), 10 / 7), (Target(psnr=21), 30 / 21)])
def test_the_search_closes_in_on_the_target_without_missing_it(target, exact):
    points = along(0.5, 1, 2, 4)
    for _ in range(4):
        points += along(*target.nearer(points, 3))
    best = target.best(points)
    assert target.met_by(best) and best.setting == pytest.approx(exact, rel=0.01)


def test_a_setting_is_measured_once():
    points = along(1, 1.001)
    assert Target(macs=9.995).nearer(points, 3) == []


def test_nothing_is_searched_where_every_point_meets_the_target():
    assert Target(macs=100).nearer(along(1, 2), 3) == [] == Target(psnr=1).nearer(along(1, 2), 3)


@pytest.mark.parametrize("given", [{}, {"psnr": 30.0, "macs": 5.0}])
def test_a_target_is_one_of_both(given):
    with pytest.raises(ValueError, match="either a PSNR or MACs"):
        Target(**given)
