"""The batches of a training, read by worker processes."""

import signal
from collections.abc import Iterator

from torch.utils.data import DataLoader, Dataset

from data.batches import CatchReadErrors, ResumableBatchSampler, collate, raise_errors


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

    Args:
        dataset: items are dicts of tensors, with "skipped", the names of frames that could not be read.
        workers: processes that read; 0 reads in the calling one.

    Raises:
        UnreadableFrame: on iteration, for an item that cannot be read.
    """
    loader = DataLoader(
        CatchReadErrors(dataset),
        batch_sampler=ResumableBatchSampler(len(dataset), batch_size, epochs, seed, start),
        num_workers=workers,
        collate_fn=collate,
        pin_memory=pin_memory,
        worker_init_fn=_ignore_interrupts,
    )
    return raise_errors(loader)


def _ignore_interrupts(_worker: int) -> None:
    """Ctrl-C reaches all processes; only the main one answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
