import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.mutation import forks


def answer(number, folder):
    return {"number": number, "folder": os.path.isdir(folder)}


def fail(folder):
    print("what came before")
    raise ValueError("no good")


def crash(folder):
    os.kill(os.getpid(), signal.SIGKILL)


def compute_for_ever(folder):
    while True:
        pass


def leave_a_process(path, folder):
    child = os.fork()
    if child == 0:
        time.sleep(60)
    path.write_text(str(child))
    return {}


def test_what_a_task_returns_comes_back():
    assert forks.call(answer, 3, seconds=60) == {"number": 3, "folder": True}


def test_tasks_may_be_called_from_threads():
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda number: forks.call(answer, number, seconds=60), range(3))
        assert [one["number"] for one in found] == [0, 1, 2]


def test_an_error_comes_back_with_what_was_printed():
    with pytest.raises(RuntimeError, match="(?s)what came before.*no good"):
        forks.call(fail, seconds=60)


@pytest.mark.parametrize("task", [crash, compute_for_ever])
def test_a_task_that_crashes_or_does_not_end_has_no_answer(task):
    assert forks.call(task, seconds=1) is None


def test_processes_that_a_task_leaves_behind_are_ended(tmp_path):
    forks.call(leave_a_process, tmp_path / "pid", seconds=60)
    status = f"/proc/{(tmp_path / 'pid').read_text()}/stat"
    assert not os.path.exists(status) or open(status).read().split()[2] == "Z"


def test_packages_are_imported_without_the_modules_under_test():
    forks.import_packages()
    assert set(forks.PACKAGES) <= sys.modules.keys()
