import copy
import json
from pathlib import Path

import pytest

from scripts.benchmark.drift import drift, read

CASE = {
    **{"name": "demo", "device": "cpu", "dtype": "float32", "engine": "eager", "size": [8, 4]},
    **{"teacher_eager_ms": 40.0, "teacher_ms": 30.0, "body_ms": 20.0, "skipped_ms": 10.0, "block_ms": 5.0},
    **{"block_published_ms": 50.0, "reference_ms": 33.0, "skipped_ms_p95": 12.0, "peak_memory_mb": 400.0},
    **{"macs": {"teacher": 4_000_000_000, "skipped": 1_000_000_000}, "stream_ms": {"whole": {"median": 9, "p95": 10}}},
    **{"adabd_ms": {"cpu": {"median": 2.0, "p95": 3.0}}, "clip_fps": None},
}
MACHINE = {"cpu": "a CPU", "gpu": None, "cores": 2, "torch": "2"}


def record(*cases, **machine):
    return {"machine": {**MACHINE, **machine}, "command": "bash scripts/benchmark.sh", "cases": list(cases)}


def row(text, label):
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return next(line for line in lines if line.startswith(f"| {label} |"))


def test_every_figure_stands_beside_what_it_was():
    new = copy.deepcopy(CASE) | {"skipped_ms": 5.0, "peak_memory_mb": 500.0}
    new["macs"]["skipped"], new["stream_ms"]["whole"]["median"] = 500_000_000, 18
    text = drift(record(CASE), record(new), Path("old.json"))
    assert row(text, "teacher / skipped frame") == "| teacher / skipped frame | 3 × | 6 × | 2.00 |"
    assert row(text, "teacher as published / skipped frame").endswith("| 4 × | 8 × | 2.00 |")
    assert row(text, "teacher / block").endswith("| 6 × | 6 × | 1.00 |")
    assert row(text, "skipped_ms") == "| skipped_ms | 10 | 5 | 0.50 |"
    assert row(text, "peak_memory_mb").endswith("| 400 | 500 | 1.25 |")
    assert row(text, "MACs skipped").endswith("| 1 G | 0.5 G | 0.50 |")
    assert row(text, "stream_ms whole").endswith("| 9 | 18 | 2.00 |")


def test_a_busier_machine_changes_times_and_no_share():
    slow = {
        key: 2 * value if key.endswith("_ms") and isinstance(value, float) else value for key, value in CASE.items()
    }
    text = drift(record(CASE), record(slow), Path("old.json"))
    assert row(text, "teacher_ms").endswith("| 2.00 |") and row(text, "teacher / skipped frame").endswith("| 1.00 |")


def test_figures_that_one_file_lacks_are_shown_without_a_change():
    old = {key: value for key, value in CASE.items() if key != "reference_ms"}
    text = drift(record(old), record({**CASE, "clip_fps": {"teacher": 5.0}}), Path("old.json"))
    assert row(text, "reference_ms").endswith("| - | 33 | - |")
    assert row(text, "reference frame / teacher").endswith("| - | 1.1 × | - |")
    assert row(text, "clip_fps teacher").endswith("| - | 5 | - |")


def test_cases_of_one_file_alone_are_named():
    other = {**CASE, "name": "other"}
    text = drift(record(CASE), record(other), Path("old.json"))
    assert "## other cpu float32 eager\n\nnot in the old file" in text
    assert "Not measured now: demo cpu float32 eager." in text


def test_another_machine_is_said():
    text = drift(record(CASE), record(CASE, cpu="another CPU"), Path("old.json"))
    assert "Old: a CPU, 2 cores, torch 2. New: another CPU, 2 cores, torch 2. Only shares compare" in text
    assert "Only shares compare" not in drift(record(CASE), record(CASE), Path("old.json"))


@pytest.mark.parametrize("content", ["{}", "[]", "no json", json.dumps({"machine": {"cpu": "x"}, "cases": [{}]})])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="other.json is no file of benchmark.sh"):
        read(path)


def test_the_file_in_the_docs_is_read():
    (path,) = (Path(__file__).resolve().parents[3] / "docs" / "benchmarks").glob("intel*.json")
    old = read(path)
    assert {case["name"] for case in old["cases"]} >= {"demo_v2c", "v2c_256x512_official"}
    new = copy.deepcopy(old)
    for case in new["cases"]:
        case |= {"block": "full_size", "block_published_ms": None, "block_published_ms_p95": None}
        case["macs"] |= {"extra": 2_000_000_000, "block_published": None}
    text = drift(old, new, path)
    assert row(text, "block as published / block").endswith("| - | - |")
    assert row(text, "interpolation and matching").endswith("| - | 2 G | - |")
    assert text.count("Form of the block: published in the old file, full_size in the new one.") == len(new["cases"])


def test_a_case_of_another_size_is_said():
    text = drift(record(CASE), record({**CASE, "size": [16, 8]}), Path("old.json"))
    assert "Width and height: [8, 4] in the old file, [16, 8] in the new one." in text
    assert "Form of the block" not in text
