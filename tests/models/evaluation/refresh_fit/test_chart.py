import math
import xml.etree.ElementTree as ET

import pytest

from models.evaluation.refresh_fit.chart import series_chart, write_chart
from tests.models.evaluation.refresh_fit.test_curve import made

SVG = "{http://www.w3.org/2000/svg}"


def points(tree, number):
    """How many points a line of the chart has."""
    [group] = [g for g in tree.iter(f"{SVG}g") if g.get("id") == f"line_{number}"]
    return len(list(group.iter(f"{SVG}use")))


def test_the_chart_ends_where_the_fixed_intervals_do(tmp_path):
    fixed = [made(2, 60.0, 38.0, "fixed"), made(3, 50.0, 35.0, "fixed")]
    write_chart(tmp_path / "c.svg", fixed, [made(0.1, 90.0, 50.0), made(0.2, 55.0), made(0.3, 45.0, math.inf)], "a & b")
    tree = ET.parse(tmp_path / "c.svg").getroot()
    assert points(tree, 0) == 2 and points(tree, 1) == 1  # fixed, adaptive


def test_a_series_goes_from_cheap_to_dear_and_names_its_intervals():
    made_points = [made(2, 70.0, 36.0, "fixed"), made(3, 50.0, 35.0, "fixed"), made(1, 100.0, math.inf, "fixed")]
    tree = ET.fromstring(series_chart({"ours": made_points}, "macs", "a & b"))
    labels = [element.text for element in tree.iter() if element.tag.endswith("text")]
    assert labels.index("3") < labels.index("2") and points(tree, 0) == 2
    with pytest.raises(ValueError, match="at least one point"):
        series_chart({"ours": made_points}, "ms", "untimed")
