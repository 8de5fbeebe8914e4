import json

import pytest

from data.made import ensure_made, on_all_cores


def write_one(folder):
    (folder / "one.txt").write_text("1")


def test_a_data_set_appears_whole_with_its_stamp_and_nothing_beside_it(tmp_path):
    root = ensure_made(tmp_path / "set", {"format": 1}, "stamp.json", write_one)
    assert [p.name for p in tmp_path.iterdir()] == ["set"]
    assert sorted(p.name for p in root.iterdir()) == ["one.txt", "stamp.json"]
    assert json.loads((root / "stamp.json").read_text()) == {"format": 1}


def test_one_of_the_same_stamp_is_not_made_again_another_is_replaced(tmp_path):
    root = ensure_made(tmp_path / "set", {"format": 1}, "stamp.json", write_one)
    (root / "mark").touch()
    ensure_made(root, {"format": 1}, "stamp.json", write_one)
    assert (root / "mark").exists()
    ensure_made(root, {"format": 2}, "stamp.json", write_one)
    assert not (root / "mark").exists() and (root / "one.txt").exists()


def test_what_failed_leaves_nothing_behind(tmp_path):
    def fail(folder):
        write_one(folder)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        ensure_made(tmp_path / "set", {}, "stamp.json", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    write_one(tmp_path)
    with pytest.raises(ValueError, match=r"holds no stamp\.json"):
        ensure_made(tmp_path, {}, "stamp.json", write_one)
    assert [p.name for p in tmp_path.iterdir()] == ["one.txt"]


def test_an_empty_folder_is_filled(tmp_path):
    assert (ensure_made(tmp_path, {}, "stamp.json", write_one) / "one.txt").exists()


def test_work_runs_in_other_processes_and_its_error_arrives():
    on_all_cores(pow, [(2, 3), (2, 4)], 24, "work")
    with pytest.raises(ZeroDivisionError):
        on_all_cores(pow, [(0, -1)], 1, "work")
