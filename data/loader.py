"""The batches of a training, read by worker processes."""

import signal
import threading
from collections.abc import Iterable, Iterator, Sized

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
    """All batches of a training after its first `start` steps; workers answer to no signal that stops a job.

    Of several processes, each gets its part of every batch. Entry "samples" is the size of the whole batch.

    Args:
        dataset: items are dicts of tensors, with "skipped", the names of frames that could not be read.
        workers: processes that read; 0 reads in the calling one.

    Raises:
        UnreadableFrame: on iteration, for an item that cannot be read.
        ChildProcessError: on iteration, where a worker died.
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
        worker_init_fn=_leave_signals_to_the_main_process,
    )
    batches = _tell_dead_workers(raise_errors(loader), workers)
    return ({**batch, "samples": size} for batch, size in zip(batches, sampler.sizes(), strict=True))


def _tell_dead_workers(batches: Iterable[dict], workers: int) -> Iterator[dict]:
    """`batches`. The death of a process that reads them is told between two of them.

    torch would raise an error from a signal handler, in the middle of whatever the main process is doing.
    """
    listens = workers > 0 and threading.current_thread() is threading.main_thread()
    try:
        for batch in batches:
            if listens:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            yield batch
    except (RuntimeError, EOFError, ConnectionError) as error:  # the last two: it died while it sent a batch
        if isinstance(error, RuntimeError) and "DataLoader worker" not in str(error):
            raise
        killed = "it was killed, perhaps because memory or /dev/shm is full: --nThreads takes fewer"
        raise ChildProcessError(f"a process that reads data died ({str(error) or 'it broke off'}); {killed}") from error


def _leave_signals_to_the_main_process(_worker: int) -> None:
    """Ctrl-C and a job's end reach all processes; only the main one answers, and then ends the others.

    The first SIGTERM may be the job's. A second one comes from the main process, when it waits for this one in vain.
    """
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, _frame: signal.signal(number, signal.SIG_DFL))
