import pytest

from util.report.methods import in_order, method_name, refresh_of


@pytest.mark.parametrize(
    ("refresh", "other", "rows"),
    [
        ("fixed", "shortcut_adaptive", ["teacher", "shortcut", "shortcut_adaptive", "reuse", "flow_warp"]),
        ("adaptive", "shortcut_fixed", ["teacher", "shortcut_fixed", "shortcut", "reuse", "flow_warp"]),
    ],
)
def test_the_fixed_refresh_stands_above_the_adaptive_one_whichever_is_judged(refresh, other, rows):
    assert in_order(["flow_warp", other, "shortcut", "reuse", "teacher"], refresh) == rows


def test_a_method_that_nobody_placed_comes_last_and_no_refresh_is_no_obstacle():
    assert in_order(["new", "newer", "reuse", "shortcut"], None) == ["shortcut", "reuse", "new", "newer"]


def test_names_are_words_and_tell_both_shortcuts_apart():
    methods = ["teacher", "shortcut", "shortcut_adaptive", "flow_warp"]
    names = ["teacher", "Shortcut fixed", "Shortcut adaptive", "flow warp"]
    assert [method_name(method, "fixed") for method in methods] == names
    assert method_name("shortcut", None) == "Shortcut"


def test_runs_share_a_refresh_or_none_is_named():
    fixed, adaptive = ({"runtime": {"refresh": refresh}} for refresh in ("fixed", "adaptive"))
    assert refresh_of(fixed, fixed) == "fixed"
    assert refresh_of(fixed, adaptive) is refresh_of({}) is None
