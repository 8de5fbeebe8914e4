"""Which items make up which training step, so that a resumed run sees what the uninterrupted run would have seen."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset, Sampler


class PairBatches(Sampler[list[tuple[int, int]]]):
    """Yields lists of (epoch, index) keys, one list per training step, from `start_step` to the end of all epochs.

    Every epoch is a shuffle of all items drawn from (seed, epoch); its last batch may be smaller. Give it to a
    DataLoader as `batch_sampler`, once for the whole run.

    Args:
        n_items: length of the dataset.
        batch_size, epochs: at least 1; the epochs are numbered from 0.
        seed: not negative.
        start_step: steps already done.
    """

    def __init__(self, n_items: int, batch_size: int, epochs: int, seed: int = 0, start_step: int = 0):
        if min(n_items, batch_size, epochs) < 1 or start_step < 0:
            raise ValueError(
                f"items, batch size and epochs must be at least 1 and the first step at least 0, "
                f"got {n_items}, {batch_size}, {epochs} and {start_step}"
            )
        self._n_items, self._batch_size, self._epochs = n_items, batch_size, epochs
        self._seed, self._start_step = seed, start_step

    @property
    def steps_per_epoch(self) -> int:
        return -(-self._n_items // self._batch_size)

    def __len__(self) -> int:
        """Steps that are left."""
        return max(self._epochs * self.steps_per_epoch - self._start_step, 0)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        first_epoch, done = divmod(self._start_step, self.steps_per_epoch)
        for epoch in range(first_epoch, self._epochs):
            # The third number is no item's index, so no item's own draws repeat those of the shuffle.
            order = np.random.default_rng([self._seed, epoch, self._n_items]).permutation(self._n_items).tolist()
            for start in range(done * self._batch_size, self._n_items, self._batch_size):
                yield [(epoch, index) for index in order[start : start + self._batch_size]]
            done = 0


class ErrorsAsItems(Dataset):
    """`dataset`, but an item that cannot be read is the error that says so.

    Raised in a reading process, it would reach the user wrapped into that process's traceback; `raising` raises it
    where the batches arrive.
    """

    def __init__(self, dataset: Dataset):
        self._dataset = dataset

    def __getitem__(self, key: tuple[int, int]) -> dict | Exception:
        try:
            return self._dataset[key]
        except (ValueError, OSError) as error:
            return error


def raising(batches: Iterable[dict | Exception]) -> Iterator[dict]:
    """The batches up to the first that is an error, which is raised."""
    for batch in batches:
        if isinstance(batch, Exception):
            raise batch
        yield batch


def collate(items: Sequence[dict | Exception]) -> dict | Exception:
    """One batch: tensors are stacked, numbers become an int64 tensor [B], lists are joined into one list.

    If one of `items` is an error, so is the batch.
    """
    if errors := [item for item in items if isinstance(item, Exception)]:
        return errors[0]
    return {key: _join([item[key] for item in items]) for key in items[0]}


def _join(values: list) -> Tensor | list:
    if isinstance(values[0], Tensor):
        return torch.stack(values)
    if isinstance(values[0], list):
        return list(chain.from_iterable(values))
    return torch.tensor(values)
