"""Distil a Shortcut block into a frozen teacher; with --model, train a teacher or a segmenter instead."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import torch
from torch.utils.data import Dataset

from data import unused_files
from models.training.loop import TrainingLoop
from models.training.run_folder import RunFolder
from options.build.tasks import TASKS
from options.build.training import new_batches, new_schedule
from options.record import Options, describe, save
from options.train_options import TrainOptions
from util import distributed, exchange, log, runtime
from util.runtime import INTERRUPTED, finish
from util.tracing import traced


def train(opt: Options) -> int:
    """Train to the end of the schedule (exit status 0), or to an interrupt (INTERRUPTED)."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    distributed.start()
    task = TASKS[opt.model](opt, device)
    task.trainer.to(getattr(torch, opt.dtype))
    task.trainer.amp, task.trainer.accumulate = runtime.precision(opt.amp, device), opt.accumulate
    if opt.compile:
        task.trainer.compile()
    schedule = new_schedule(opt, len(task.dataset))
    steps = f"{schedule.steps} of {schedule.batch_size} samples"
    print(describe(opt), *unused_files(opt.layout, Path(opt.dataroot), opt.split), sep="\n")
    print(log.facts({**task.facts, "device": device, "steps": steps}), *task.warnings, sep="\n")
    if opt.dry_run:
        return 0

    with closing(RunFolder(opt.run_dir, task.settings, task.export().keys(), opt.defaults)) as folder:
        state = exchange.from_main(lambda: open_run(folder, opt))
        start = state["step"] if state else 0
        print(f"{'resuming at' if state else 'starting at'} step {start} of {schedule.steps}: {opt.run_dir}")
        with closing(new_board(opt, start)) as board:
            loop = TrainingLoop(task, schedule, folder, board, state)
            finished = loop.run(traced_batches(opt, task.dataset, start, device))

    print(f"{'done' if finished else 'interrupted: --continue_train goes on'}; weights and state in {opt.run_dir}")
    if loop.unreadable:
        print(f"{len(loop.unreadable)} unreadable frames were skipped")
    return 0 if finished else INTERRUPTED


def open_run(folder: RunFolder, opt: Options) -> dict | None:
    """Open the run's folder, and record the options in it; the state to go on from, None at the beginning."""
    again = distributed.is_restarted()  # torchrun calls with the same flags; the run goes on, whatever they say
    state = folder.open(opt.continue_train or again, opt.restart and not again)
    save(opt, opt.run_dir / "options.yaml")
    return state


def traced_batches(opt: Options, dataset: Dataset, start: int, device: torch.device) -> Iterator[dict]:
    """The batches; with --profile, a trace of the first steps on them is written."""
    batches, path = new_batches(opt, dataset, start, device), opt.run_dir / "trace.json"
    if not opt.profile or not distributed.is_main():
        return batches
    print(f"the first steps are traced: {path}")
    return traced(batches, opt.profile, path)


def new_board(opt: Options, start: int) -> log.Scalars:
    wanted = opt.tensorboard_dir and distributed.is_main()
    return log.Scalars(Path(opt.tensorboard_dir) / opt.name if wanted else None, start)


if __name__ == "__main__":
    finish("train.py", lambda: train(TrainOptions().parse(sys.argv[1:])), parallel=True)
