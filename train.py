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
from options import model_file
from options.build.tasks import TASKS
from options.build.training import new_batches, new_schedule, resumed_step, start_from
from options.record import Options, describe, save
from options.train_options import TrainOptions, overridden
from util import distributed, exchange, log, runtime
from util.runtime import finish
from util.tracing import traced


def train(opt: Options) -> int:
    """Train to the end of the schedule (exit status 0), or to a signal (128 and its number)."""
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

    run = RunFolder(opt.run_dir, task.settings, task.export().keys(), opt.defaults, opt.keep_states)
    with closing(run) as folder:
        state = exchange.from_main(lambda: open_run(folder, opt, len(task.dataset)))
        if state is None and opt.init_from:
            print(start_from(task.trainer, Path(opt.init_from)))
        start = state["step"] if state else 0
        print(f"{'resuming at' if state else 'starting at'} step {start} of {schedule.steps}: {opt.run_dir}")
        with closing(new_board(opt, start)) as board:
            loop = TrainingLoop(task, schedule, folder, board, state)
            finished = loop.run(traced_batches(opt, task.dataset, start, device))

    print(f"{'done' if finished else 'interrupted: --continue_train goes on'}; weights and state in {opt.run_dir}")
    if loop.unreadable:
        print(f"{len(loop.unreadable)} unreadable frames were skipped")
    return 0 if loop.stopped is None else 128 + loop.stopped


def open_run(folder: RunFolder, opt: Options, samples: int) -> dict | None:
    """Open the run's folder, and record the options in it; the state to go on from, None at the beginning.

    Args:
        samples: of an epoch.
    """
    again = distributed.is_restarted()  # torchrun calls with the same flags; the run goes on, whatever they say
    state = folder.open(opt.continue_train or again, opt.restart and not again, overridden(opt))
    print(*(f"{note}\n" for note in folder.notes), sep="", end="")
    save(opt, opt.run_dir / "options.yaml")
    if opt.model == "ShortcutV2V":
        model_file.write(opt.run_dir / model_file.FILE, vars(opt), Path(opt.checkpoints_dir))
    return state and {**state, "step": resumed_step(opt, state, samples)}


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
