"""The batches of a training, read by worker processes."""

import signal
from collections.abc import Iterator, Sized

from torch.utils.data import DataLoader, Dataset

from data.batches import CatchReadErrors, ResumableBatchSampler, collate, raise_errors
from util import distributed


def load_batches(
    dataset: Dataset,
    batch_size: int,
    epochs: int,
    seed: int,
    start: int = 0,
    workers: int = 0,
    pin_memory: bool = False,
) -> Iterator[dict]:
    """All batches of a training after its first `start` steps; workers do not answer to Ctrl-C.

    Of several processes, each gets its part of every batch. Entry "samples" is the size of the whole batch.

    Args:
        dataset: items are dicts of tensors, with "skipped", the names of frames that could not be read.
        workers: processes that read; 0 reads in the calling one.

    Raises:
        UnreadableFrame: on iteration, for an item that cannot be read.
    """
    assert isinstance(dataset, Sized)  # torch's Dataset declares no length
    place = distributed.rank(), distributed.world_size()
    sampler = ResumableBatchSampler(len(dataset), batch_size, epochs, seed, start, *place)
    loader = DataLoader(
        CatchReadErrors(dataset),
        batch_sampler=sampler,
        num_workers=workers,
        collate_fn=collate,
        pin_memory=pin_memory,
        worker_init_fn=_ignore_interrupts,
    )
    return ({**batch, "samples": size} for batch, size in zip(raise_errors(loader), sampler.sizes(), strict=True))


def _ignore_interrupts(_worker: int) -> None:
    """Ctrl-C reaches all processes; only the main one answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
