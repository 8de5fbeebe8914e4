import os

import pytest

from util.workers import MOST, reading_processes


@pytest.mark.parametrize("wanted", [0, 2, 99])
def test_a_number_is_taken_as_it_is(wanted):
    assert reading_processes(wanted) == wanted


@pytest.mark.parametrize(
    ("cores", "processes", "expected"), [(8, 1, 7), (8, 2, 3), (1, 1, 1), (4, 4, 1), (64, 1, MOST)]
)
def test_auto_leaves_each_process_of_the_machine_one_core(monkeypatch, cores, processes, expected):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    for name in ("WORLD_SIZE", "LOCAL_WORLD_SIZE"):
        monkeypatch.setenv(name, str(processes))
    assert reading_processes("auto") == expected
