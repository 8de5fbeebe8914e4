import json

import pytest

from scripts.ablation.results import Results

SETTINGS = {"steps": 4, "teacher v2c": "abc"}
FIGURES = {side: {"psnr": 30.0, "ssim": 0.9, "per_distance": {"1": 31.0, "2": 29.0}} for side in ("near", "far")}


@pytest.fixture
def path(tmp_path):
    Results(tmp_path / "a.json", SETTINGS).add("v2c", "whole", 0, figures=FIGURES)
    return tmp_path / "a.json"


def test_a_finished_row_is_found_again(path):
    results = Results(path, SETTINGS)
    assert results.done("v2c", "whole", 0)
    assert not any((results.done("v2c", "whole", 1), results.done("v2l", "whole", 0), results.done("v2c", "gate", 0)))
    assert "full-size block" in path.with_suffix(".md").read_text()


def test_two_programs_may_fill_one_file(path):
    one, other = Results(path, SETTINGS), Results(path, {**SETTINGS, "teacher v2l": "def"})
    one.add("v2c", "gate", 0, figures=FIGURES)
    other.add("v2l", "gate", 0, figures=FIGURES)
    record = json.loads(path.read_text())
    assert [(row["task"], row["row"]) for row in record["rows"]] == [("v2c", "whole"), ("v2c", "gate"), ("v2l", "gate")]
    assert record["settings"] == {**SETTINGS, "teacher v2l": "def"}


def test_rows_of_other_settings_are_not_mixed(path):
    with pytest.raises(ValueError, match="other settings .steps: 4 there, 5 now.; name another file by --out"):
        Results(path, {**SETTINGS, "steps": 5})


@pytest.mark.parametrize("text", ["{", "[]", '{"rows": []}'])
def test_another_kind_of_file_is_left_alone(text, tmp_path):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="holds no results of an ablation"):
        Results(path, SETTINGS)
    assert path.read_text() == text
