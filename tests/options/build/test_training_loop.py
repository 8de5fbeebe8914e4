import pytest
import torch

from data.frames import UnreadableFrame
from options.build.training_loop import new_batches, new_schedule
from options.train_options import TrainOptions
from tests.helpers.runs import distil

CPU = torch.device("cpu")


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


def options(folder, *more):
    return TrainOptions().parse(distil(folder, "--batchSize", "2", "--niter", "2", "--niter_decay", "1", *more))


def test_the_last_batch_of_an_epoch_may_be_smaller_and_counts_as_a_step(tmp_path):
    opt = options(tmp_path)
    schedule = new_schedule(opt, samples=5)
    assert (schedule.steps_per_epoch, schedule.steps, schedule.batch_size) == (3, 9, 2)
    assert (schedule.print_freq, schedule.save_latest_freq, schedule.save_epoch_freq) == (100, 2, 50)
    assert len(list(new_batches(opt, Numbers(), 0, CPU))) == schedule.steps


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_resumed_run_gets_the_batches_that_were_left(tmp_path, workers):
    opt = options(tmp_path, "--nThreads", workers)
    every, left = (list(new_batches(opt, Numbers(), start, CPU)) for start in (0, 4))
    assert len(left) == 5
    for expected, got in zip(every[4:], left, strict=True):
        assert torch.equal(expected["key"], got["key"])


@pytest.mark.parametrize("workers", ["0", "1"])
def test_an_item_that_cannot_be_read_is_raised_as_it_is(tmp_path, workers):
    opt = options(tmp_path, "--nThreads", workers)
    with pytest.raises(UnreadableFrame, match="^cannot read item 3$"):
        list(new_batches(opt, Numbers(bad=3), 0, CPU))
