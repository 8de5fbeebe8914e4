"""Batches of training items. A resumed run gets the same batches as an uninterrupted run."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from util.distributed import part


class ResumableBatchSampler(Sampler[list[tuple[int, int]]]):
    """Yields one list of (epoch, index) keys per training step, from `start_step` to the end of the last epoch.

    The order of an epoch is a shuffle of all items that depends on (seed, epoch) alone. The last batch of an epoch may
    be smaller. Pass the sampler to one DataLoader as `batch_sampler`; it covers all epochs of the run.

    Of several processes, each gets a part of every batch, the same batches whatever their number. A process whose part
    of a small batch is empty gets an item of another part, which must count nothing.

    Args:
        n_items: length of the dataset.
        batch_size, epochs: at least 1; epochs are numbered from 0.
        seed: at least 0.
        start_step: number of steps that are already done.
        rank, world_size: the number of this process, and of all processes.

    Raises:
        ValueError: a number is too small.
    """

    def __init__(
        self,
        n_items: int,
        batch_size: int,
        epochs: int,
        seed: int = 0,
        start_step: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ):
        if min(n_items, batch_size, epochs) < 1 or start_step < 0:
            raise ValueError(
                f"items, batch size and epochs must be at least 1 and the first step at least 0, "
                f"got {n_items}, {batch_size}, {epochs} and {start_step}"
            )
        self._n_items, self._batch_size, self._epochs = n_items, batch_size, epochs
        self._seed, self._start_step = seed, start_step
        self._rank, self._world_size = rank, world_size

    @property
    def steps_per_epoch(self) -> int:
        """Batches per epoch, the smaller last one included."""
        return -(-self._n_items // self._batch_size)

    def __len__(self) -> int:
        """Number of steps that remain."""
        return max(self._epochs * self.steps_per_epoch - self._start_step, 0)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for keys in self._batches():
            first, count = part(len(keys), self._rank, self._world_size)
            yield keys[first : first + max(count, 1)]

    def sizes(self) -> Iterator[int]:
        """The number of items in each batch that remains, over all processes."""
        for step in range(self._start_step, self._epochs * self.steps_per_epoch):
            yield min(self._batch_size, self._n_items - step % self.steps_per_epoch * self._batch_size)

    def _batches(self) -> Iterator[list[tuple[int, int]]]:
        first_epoch, done = divmod(self._start_step, self.steps_per_epoch)
        for epoch in range(first_epoch, self._epochs):
            # Datasets seed each item with (seed, epoch, index). n_items is no index, so the shuffle has its own stream.
            order = np.random.default_rng([self._seed, epoch, self._n_items]).permutation(self._n_items).tolist()
            for start in range(done * self._batch_size, self._n_items, self._batch_size):
                yield [(epoch, index) for index in order[start : start + self._batch_size]]
            done = 0


class CatchReadErrors(Dataset):
    """Wraps `dataset` and returns ValueError and OSError as items instead of raising them.

    An error raised in a DataLoader's worker would reach the user wrapped in the worker's traceback. `raise_errors`
    raises the error itself in the main process.
    """

    def __init__(self, dataset: Dataset):
        self._dataset = dataset

    def __getitem__(self, key: tuple[int, int]) -> dict | Exception:
        try:
            return self._dataset[key]
        except (ValueError, OSError) as error:
            return error


def raise_errors(batches: Iterable[dict | Exception]) -> Iterator[dict]:
    """Yield `batches` and raise the first one that is an error."""
    for batch in batches:
        if isinstance(batch, Exception):
            raise batch
        yield batch


def collate(items: Sequence[dict | Exception]) -> dict | Exception:
    """Make a batch of items: tensors are stacked, numbers become an int64 tensor [B], lists are concatenated.

    If an item is an error, the first error is the batch.
    """
    read: list[dict] = []
    for item in items:
        if isinstance(item, Exception):
            return item
        read.append(item)
    return {key: _collate_values([item[key] for item in read]) for key in read[0]}


def _collate_values(values: list) -> Tensor | list:
    if isinstance(values[0], Tensor):
        return torch.stack(values)
    if isinstance(values[0], list):
        return list(chain.from_iterable(values))
    return torch.tensor(values)
