"""From options to the schedule and the batches of the training loop."""

import signal
from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader, Dataset

from data.batches import CatchReadErrors, ResumableBatchSampler, collate, raise_errors
from models.training.loop import Schedule
from options.record import Options


def new_schedule(opt: Options, samples: int) -> Schedule:
    """The schedule for a dataset of so many samples."""
    return Schedule(
        niter=opt.niter,
        niter_decay=opt.niter_decay,
        steps_per_epoch=-(-samples // opt.batchSize),
        batch_size=opt.batchSize,
        print_freq=opt.print_freq,
        display_freq=opt.display_freq,
        save_latest_freq=opt.save_latest_freq,
        save_epoch_freq=opt.save_epoch_freq,
    )


def new_batches(opt: Options, dataset: Dataset, start: int, device: torch.device) -> Iterator[dict]:
    """All batches of the run after its first `start` steps."""
    epochs = opt.niter + opt.niter_decay
    loader = DataLoader(
        CatchReadErrors(dataset),
        batch_sampler=ResumableBatchSampler(len(dataset), opt.batchSize, epochs, opt.seed, start),
        num_workers=opt.nThreads,
        collate_fn=collate,
        pin_memory=device.type == "cuda",
        worker_init_fn=_ignore_interrupts,
    )
    return raise_errors(loader)


def _ignore_interrupts(_worker: int) -> None:
    """Ctrl-C reaches all processes; only the main one answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
