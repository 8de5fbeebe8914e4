"""What one process does alone, and, in the slow tests, what two processes that have joined tell one another."""

import pytest
import torch

from tests.helpers.ranks import run_ranks
from util import distributed


@pytest.mark.parametrize(("total", "world_size"), [(8, 2), (7, 2), (1, 2), (3, 5), (0, 3), (5, 1)])
def test_parts_follow_one_another_cover_everything_and_differ_by_one_at_most(total, world_size):
    parts = [distributed.part(total, rank, world_size) for rank in range(world_size)]
    assert [n for first, count in parts for n in range(first, first + count)] == list(range(total))
    counts = [count for _, count in parts]
    assert max(counts) - min(counts) <= 1


def test_one_process_is_the_main_one_and_talks_to_itself():
    x = torch.ones(2)
    assert distributed.is_main() and not distributed.is_parallel() and not distributed.is_restarted()
    assert distributed.all_reduce(x) is x and distributed.any_of(True) and not distributed.any_of(False)
    assert distributed.main_only(x) is x and distributed.own([1, 2]) == [1, 2]
    with distributed.main_first():
        pass
    distributed.start()
    assert not torch.distributed.is_initialized()


def test_a_program_of_one_process_refuses_to_be_several(monkeypatch):
    distributed.refuse("fit_refresh.py")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match="fit_refresh.py runs as one process, but WORLD_SIZE is 2: start it without"):
        distributed.refuse("fit_refresh.py")


def talk(folder):
    rank = distributed.rank()
    with distributed.main_first():
        found = (folder / "left").exists()
        (folder / "left").touch()
    dropped = distributed.main_only([])
    dropped.append(rank)
    return {
        "sum": distributed.all_reduce(torch.tensor([1.0, rank])),
        "any": [distributed.any_of(rank == 1), distributed.any_of(rank > 5)],
        "own": distributed.own("abcde"),
        "found": found,
        "kept": dropped if rank == 0 else None,
    }


@pytest.mark.slow
def test_two_processes_tell_one_another(tmp_path):
    first, second = run_ranks(talk, tmp_path, tmp_path)
    for one in (first, second):
        assert one["sum"].tolist() == [2, 1] and one["any"] == [True, False]
    assert (first["own"], second["own"]) == ("ace", "bd")
    assert (first["found"], second["found"]) == (False, True) and first["kept"] == [0]
