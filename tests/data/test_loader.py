import os
import signal

import pytest
import torch

from data.frames import UnreadableFrame
from data.loader import load_batches


class Numbers(torch.utils.data.Dataset):
    """Five items that tell their key; the item `bad` cannot be read."""

    def __init__(self, bad=None):
        self.bad = bad

    def __len__(self):
        return 5

    def __getitem__(self, key):
        if key[1] == self.bad:
            raise UnreadableFrame(f"cannot read item {self.bad}")
        return {"key": torch.tensor(key), "skipped": []}


@pytest.mark.parametrize("workers", [0, 1])
def test_a_resumed_run_gets_the_batches_that_were_left(workers):
    every, left = (list(load_batches(Numbers(), 2, 3, 0, start, workers)) for start in (0, 4))
    assert len(every) == 9 and len(left) == 5
    for expected, got in zip(every[4:], left, strict=True):
        assert torch.equal(expected["key"], got["key"])
    assert [batch["samples"] for batch in left] == [2, 1, 2, 2, 1]


@pytest.mark.parametrize("workers", [0, 1])
def test_an_item_that_cannot_be_read_is_raised_as_it_is(workers):
    with pytest.raises(UnreadableFrame, match="^cannot read item 3$"):
        list(load_batches(Numbers(bad=3), 2, 3, 0, workers=workers))


class Processes(Numbers):
    """Items that tell the process that read them."""

    def __getitem__(self, key):
        return {"process": torch.tensor(os.getpid()), "skipped": []}


def test_a_worker_that_dies_is_told_between_two_batches():
    batches = load_batches(Processes(), 1, 100, 0, workers=1)
    os.kill(next(batches)["process"].item(), signal.SIGKILL)
    for _ in range(100_000):  # no error may come from here
        pass
    with pytest.raises(ChildProcessError, match="a process that reads data died .*--nThreads takes fewer"):
        list(batches)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP])
def test_a_signal_that_stops_the_whole_job_is_left_to_the_main_process(number):
    batches = load_batches(Processes(), 1, 2, 0, workers=1)
    os.kill(next(batches)["process"].item(), number)
    assert len(list(batches)) == 9
