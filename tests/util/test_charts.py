import itertools
import math
import re
import xml.etree.ElementTree as ET

import pytest

from util.charts import COLOURS, Line, appearance, line_chart, ticks

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*lines, title="t", x_label="x", y_label="y"):
    return ET.fromstring(line_chart(lines, title, x_label, y_label))


def dots(tree, number):
    """Where the points of a line lie, in units of the picture; y grows downwards."""
    [group] = [g for g in tree.iter(f"{SVG}g") if g.get("id") == f"line_{number}"]
    return [(float(use.get("x")), float(use.get("y"))) for use in group.iter(f"{SVG}use")]


def texts(tree):
    return [element.text for element in tree.iter(f"{SVG}text")]


def test_larger_values_lie_further_right_and_higher_up():
    (x1, y1), (x2, y2), (x3, y3) = dots(drawn(Line("a", [(1, 10), (2, 30), (4, 20)])), 0)
    assert x1 < x2 < x3 and x3 - x2 == pytest.approx(2 * (x2 - x1), abs=0.2)
    assert y2 < y3 < y1


def test_lines_share_one_scale():
    tree = drawn(Line("a", [(0, 0), (10, 1)]), Line("b", [(5, 0.5)]))
    (left, low), (right, high) = dots(tree, 0)
    (middle,) = dots(tree, 1)
    assert middle == pytest.approx(((left + right) / 2, (low + high) / 2), abs=0.1)


def test_every_text_is_shown_whatever_its_characters():
    strange = ['a < b & "c"', "α ≥ 3</svg>", "x'y", "<script>", "$2^3$ _a_"]
    tree = drawn(Line(strange[0], [(0, 0)], [strange[1]]), title=strange[2], x_label=strange[3], y_label=strange[4])
    assert set(strange) <= set(texts(tree))


def test_a_single_point_and_equal_values_are_drawn_inside_the_picture():
    for points in ([(3, 3)], [(0, 0)], [(1, -2), (2, -2)]):
        tree = drawn(Line("a", points))
        width, height = map(float, tree.get("viewBox").split()[2:])
        assert all(0 < x < width and 0 < y < height for x, y in dots(tree, 0))


def test_a_label_covers_no_other_text_and_gives_way_where_there_is_no_room():
    crowded = Line("a", [(0, 0), *[(5, 5)] * 6, (9, 9)], ["", *(f"label {number}" for number in range(7))])
    shown = [text for text in texts(drawn(crowded)) if text.startswith("label")]
    assert shown == ["label 0", "label 1", "label 2", "label 3", "label 6"]


def test_a_long_name_makes_the_picture_wider_and_is_not_cut():
    short, long = (float(drawn(Line(name, [(0, 0)])).get("viewBox").split()[2]) for name in ("a", "a" * 100))
    assert long > short + 300


def test_a_chart_is_the_same_text_every_time_and_fetches_nothing():
    one, other = (line_chart([Line("a", [(0, 1), (2, 3)], ["x", "y"])], "t", "x", "y") for _ in range(2))
    assert one == other and one.startswith("<svg ") and "<script" not in one and "<metadata" not in one
    links = [value for e in ET.fromstring(one).iter() for key, value in e.items() if key.endswith("href")]
    assert links and all(link.startswith("#") for link in links)


def test_texts_have_the_colour_of_the_page_in_both_of_its_schemes():
    text = line_chart([Line("a", [(0, 1)])], "t", "x", "y")
    assert "fill: currentColor" in text and "prefers-color-scheme: dark" in text


@pytest.mark.parametrize("values", [[0.61, 1.12], [31.4, 44.9], [0, 59], [3], [0], [-2, -2]], ids=str)
def test_ticks_are_round_numbers_that_enclose_the_values(values):
    found = ticks(values)
    steps = {round(after - before, 9) for before, after in itertools.pairwise(found)}
    assert found[0] <= min(values) and found[-1] >= max(values) and len(steps) == 1 and len(found) <= 8
    assert f"{steps.pop():e}"[:3] in ("1.0", "2.0", "5.0")


def test_lines_beyond_the_colours_are_dashed():
    names = [f"line {number}" for number in range(3 * len(COLOURS))]
    tree = drawn(*(Line(name, [(0, number), (1, number)]) for number, name in enumerate(names)))
    curves = [next(g.iter(f"{SVG}path")).get("style") for g in tree.iter(f"{SVG}g") if "line_" in g.get("id", "")]
    looks = [re.sub("stroke-(linecap|linejoin): [a-z]+;? ?", "", curve) for curve in curves]
    assert len(set(looks)) == len(names) and set(names) <= set(texts(tree))
    assert all(("dasharray" in look) == (number >= len(COLOURS)) for number, look in enumerate(looks))
    assert len({appearance(number) for number in range(len(names))}) == len(names)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([Line("a", [])], "at least one point"),
        ([Line("a", [(0, math.inf)])], "'a' has points that are not finite"),
        ([Line("a", [(0, 0), (1, 1)], ["one"])], "2 points and 1 labels"),
    ],
)
def test_what_cannot_be_drawn_is_refused(lines, message):
    with pytest.raises(ValueError, match=message):
        line_chart(lines, "t", "x", "y")
