import pytest
import torch
from torch.utils.data import DataLoader

from data.batches import CatchReadErrors, ResumableBatchSampler, collate, raise_errors
from util.distributed import part


def test_every_epoch_holds_every_item_once_and_the_last_batch_may_be_small():
    steps = list(ResumableBatchSampler(5, batch_size=2, epochs=3))
    assert [len(step) for step in steps] == [2, 2, 1] * 3
    for epoch in range(3):
        assert sorted(sum(steps[3 * epoch : 3 * epoch + 3], [])) == [(epoch, i) for i in range(5)]


def test_epochs_are_shuffled_differently_and_seeds_too():
    orders = [[i for step in ResumableBatchSampler(50, 50, 2, seed=s) for _, i in step] for s in (0, 1)]
    assert len({tuple(order[k : k + 50]) for order in orders for k in (0, 50)}) == 4


@pytest.mark.parametrize("start", range(8))
def test_a_resumed_run_sees_the_steps_that_are_left(start):
    whole, rest = ResumableBatchSampler(5, 2, 2, seed=3), ResumableBatchSampler(5, 2, 2, seed=3, start_step=start)
    assert list(rest) == list(whole)[start:] and len(rest) == len(list(rest))


@pytest.mark.parametrize(("world_size", "start"), [(1, 0), (2, 3), (3, 0)])
def test_processes_have_consecutive_parts_of_the_same_batches(world_size, start):
    places = [(rank, world_size) for rank in range(world_size)]
    parts = [list(ResumableBatchSampler(7, 3, 2, 0, start, *place)) for place in places]
    batches = list(ResumableBatchSampler(7, 3, 2, 0, start))
    sizes = list(ResumableBatchSampler(7, 3, 2, 0, start).sizes())
    assert sizes == [len(batch) for batch in batches] and sizes.count(1) == 2 - (start > 2)
    for batch, *of_ranks in zip(batches, *parts, strict=True):
        counts = [part(len(batch), *place)[1] for place in places]
        assert [key for keys, n in zip(of_ranks, counts, strict=True) for key in keys[:n]] == batch
        assert all(len(keys) == max(n, 1) and set(keys) <= set(batch) for keys, n in zip(of_ranks, counts, strict=True))


def test_an_epoch_has_as_many_steps_as_batches():
    assert [ResumableBatchSampler(n, 4, 1).steps_per_epoch for n in (1, 4, 5)] == [1, 1, 2]


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1, 1, 0, -1)])
def test_numbers_that_make_no_run_are_refused(numbers):
    with pytest.raises(ValueError, match="must be at least 1"):
        ResumableBatchSampler(*numbers)


def test_a_batch_stacks_images_lists_distances_and_joins_names():
    batch = collate([{"x": torch.zeros(3, 2, 2), "distance": k, "skipped": ["a"] * k} for k in (1, 2)])
    assert batch["x"].shape == (2, 3, 2, 2)
    assert batch["distance"].tolist() == [1, 2] and batch["distance"].dtype == torch.int64
    assert batch["skipped"] == ["a", "a", "a"]


class Numbers(torch.utils.data.Dataset):
    """Items that are their own numbers, but the third cannot be read."""

    def __getitem__(self, key):
        if key[1] == 3:
            raise FileNotFoundError("no third")
        return {"number": key[1]}


@pytest.mark.parametrize("workers", [0, 1])
def test_an_item_that_cannot_be_read_is_raised_as_it_was_whoever_read_it(workers):
    keys = [[(0, 1), (0, 2)], [(0, 4), (0, 3)], [(0, 5)]]
    batches = raise_errors(
        DataLoader(CatchReadErrors(Numbers()), batch_sampler=keys, collate_fn=collate, num_workers=workers)
    )
    assert next(batches)["number"].tolist() == [1, 2]
    with pytest.raises(FileNotFoundError) as ended:
        next(batches)
    assert str(ended.value) == "no third"
