import math
import xml.etree.ElementTree as ET

import pytest

from util.charts import COLOURS, Line, line_chart

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*lines, title="t", x_label="x", y_label="y"):
    return ET.fromstring(line_chart(lines, title, x_label, y_label))


def dots(tree, colour):
    circles = [c for c in tree.iter(f"{SVG}circle") if c.get("fill") == colour]
    return [(float(c.get("cx")), float(c.get("cy"))) for c in circles]


def texts(tree):
    return [element.text for element in tree.iter(f"{SVG}text")]


def test_larger_values_lie_further_right_and_higher_up():
    (x1, y1), (x2, y2), (x3, y3) = dots(drawn(Line("a", [(1, 10), (2, 30), (4, 20)])), COLOURS[0])
    assert x1 < x2 < x3 and x3 - x2 == pytest.approx(2 * (x2 - x1), abs=0.2)
    assert y2 < y3 < y1


def test_lines_share_one_scale():
    tree = drawn(Line("a", [(0, 0), (10, 1)]), Line("b", [(5, 0.5)]))
    (left, low), (right, high) = dots(tree, COLOURS[0])
    (middle,) = dots(tree, COLOURS[1])
    assert middle == pytest.approx(((left + right) / 2, (low + high) / 2), abs=0.1)


def test_every_text_is_shown_whatever_its_characters():
    strange = ['a < b & "c"', "α ≥ 3</svg>", "x'y", "<script>"]
    tree = drawn(Line(strange[0], [(0, 0)], [strange[1]]), title=strange[2], x_label=strange[3])
    assert set(strange) <= set(texts(tree))


def test_a_single_point_and_equal_values_are_drawn_inside_the_picture():
    for points in ([(3, 3)], [(0, 0)], [(1, -2), (2, -2)]):
        tree = drawn(Line("a", points))
        width, height = map(float, tree.get("viewBox").split()[2:])
        assert all(0 < x < width and 0 < y < height for x, y in dots(tree, COLOURS[0]))


def test_ticks_are_round_numbers():
    shown = {text for text in texts(drawn(Line("a", [(0.61, 31.4), (1.12, 44.9)])))}
    assert {"0.6", "0.8", "1", "1.2", "30", "35", "40", "45"} <= shown


def test_lines_beyond_the_colours_are_dashed():
    names = [f"line {number}" for number in range(3 * len(COLOURS))]
    tree = drawn(*(Line(name, [(0, number), (1, number)]) for number, name in enumerate(names)))
    looks = [(line.get("stroke"), line.get("stroke-dasharray")) for line in tree.iter(f"{SVG}polyline")]
    keys = [
        (line.get("stroke"), line.get("stroke-dasharray")) for line in tree.iter(f"{SVG}line") if line.get("stroke")
    ]
    assert len(set(looks)) == len(names) and keys == looks and set(names) <= set(texts(tree))
    assert [dash for _, dash in looks[: len(COLOURS)]] == ["none"] * len(COLOURS)


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
