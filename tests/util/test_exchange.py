import pytest
import torch

from tests.helpers.ranks import run_ranks
from util import distributed, exchange


def test_one_process_talks_to_itself():
    assert exchange.gather("a") == ["a"] and exchange.from_main(lambda: 3) == 3
    assert exchange.shared_map(str, [1, 2]) == ["1", "2"] and list(exchange.collect("a")) == []


def fail_in_the_main_one():
    try:
        exchange.from_main(lambda: 1 // 0)
    except ZeroDivisionError:
        return "raised"


def talk():
    rank = distributed.rank()
    return {
        "gathered": exchange.gather({"rank": rank, "values": torch.arange(rank)}),
        "collected": list(exchange.collect(f"of {rank}")),
        "of the main one": exchange.from_main(lambda: rank),
        "mapped": exchange.shared_map(lambda n: (n, rank), range(5)),
        "failed": fail_in_the_main_one(),
    }


@pytest.mark.slow
def test_two_processes_tell_one_another_and_an_error_of_the_main_one_ends_the_other_without_a_word(tmp_path):
    first, second = run_ranks(talk, tmp_path)
    assert [(g["rank"], g["values"].tolist()) for g in first["gathered"]] == [(0, []), (1, [0])]
    assert first["collected"] == ["of 1"] and first["of the main one"] == 0 and first["failed"] == "raised"
    assert first["mapped"] == [(0, 0), (1, 1), (2, 0), (3, 1), (4, 0)]
    assert second == "ended with 1"
