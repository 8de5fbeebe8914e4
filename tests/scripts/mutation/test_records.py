import json
import time

import pytest

from scripts.mutation.records import Records


def records(path, values, jobs=1, **kwargs):
    """The records of tasks that return these values, by the names of the values."""
    tasks = {f"task {value}": lambda value=value: {"value": value} for value in values}
    return Records(path, **kwargs).complete(tasks, jobs, show=lambda record: f"got {record['value']}")


def test_records_come_in_the_order_of_their_tasks_and_are_lines_of_a_file(tmp_path, capsys):
    path = tmp_path / "new" / "records.jsonl"
    expected = [{"key": f"task {value}", "value": value} for value in (2, 1, 3)]
    assert records(path, [2, 1, 3], jobs=2) == expected
    assert sorted(map(json.dumps, expected)) == sorted(path.read_text().splitlines())
    assert capsys.readouterr().out.count("/3 got ") == 3


def test_only_what_is_not_known_is_computed(tmp_path, capsys):
    records(tmp_path / "records", [1, 2])
    capsys.readouterr()
    assert [one["value"] for one in records(tmp_path / "records", [2, 3])] == [2, 3]
    assert capsys.readouterr().out == "1/1 got 3\n"


def test_what_is_not_kept_is_computed_again(tmp_path, capsys):
    records(tmp_path / "records", [1, 2])
    capsys.readouterr()
    records(tmp_path / "records", [1, 2], keep=lambda record: record["value"] == 1)
    assert capsys.readouterr().out == "1/1 got 2\n"


def test_an_error_ends_the_run_and_loses_no_record(tmp_path):
    path = tmp_path / "records"

    def fail():
        while not Records(path).known:  # until the first record is there
            time.sleep(0.01)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Records(path).complete({"a": lambda: {}, "b": fail}, 1, show=str)
    assert Records(path).known == {"a": {"key": "a"}}
