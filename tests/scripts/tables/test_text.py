import csv

import pytest

from scripts.tables.text import number, write_csv


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (34.196, "34.20"),
        (0.92988, "0.9299"),
        (1234.5, "1234"),
        (7837699, "7837699"),
        (0, "0"),
        (None, "-"),
        (True, "True"),
        ([256, 128], "[256, 128]"),
    ],
)
def test_a_figure_has_four_digits_and_what_is_no_figure_its_text(value, text):
    assert number(value) == text


def test_a_csv_keeps_full_precision(tmp_path):
    write_csv(tmp_path / "t.csv", ["a", "b"], [[1 / 3, None], ['"', "x,y"]])
    assert list(csv.reader((tmp_path / "t.csv").open(newline=""))) == [["a", "b"], [str(1 / 3), ""], ['"', "x,y"]]
