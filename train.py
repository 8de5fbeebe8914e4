"""Distil a Shortcut block into a frozen teacher; with --model, train a teacher or a segmenter instead."""

import sys
from contextlib import closing
from pathlib import Path

from data import unused_files
from models.training.loop import TrainingLoop
from models.training.run_folder import RunFolder
from options.build.tasks import TASKS
from options.build.training import new_batches, new_schedule, resumed_step, start_from
from options.record import Options, describe, save
from options.train_options import TrainOptions, overridden
from util import log, runtime
from util.runtime import finish


def train(opt: Options) -> int:
    """Train to the end of the schedule (exit status 0), or to a signal (128 and its number)."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    task = TASKS[opt.model](opt, device)
    task.trainer.amp = runtime.precision(opt.amp, device)
    schedule = new_schedule(opt, len(task.dataset))
    steps = f"{schedule.steps} of {schedule.batch_size} samples"
    print(describe(opt), *unused_files(opt.layout, Path(opt.dataroot), opt.split), sep="\n")
    print(log.facts({**task.facts, "device": device, "steps": steps}), *task.warnings, sep="\n")
    if opt.dry_run:
        return 0

    run = RunFolder(opt.run_dir, task.settings, task.export().keys(), opt.defaults, opt.keep_states)
    with closing(run) as folder:
        state = folder.open(opt.continue_train, opt.restart, overridden(opt))
        print(*folder.notes, sep="\n", end="\n" if folder.notes else "")
        if state:
            state["step"] = resumed_step(opt, state, len(task.dataset))
        elif opt.init_from:
            print(start_from(task.trainer, Path(opt.init_from)))
        start = state["step"] if state else 0
        print(f"{'resuming at' if state else 'starting at'} step {start} of {schedule.steps}: {opt.run_dir}")
        save(opt, opt.run_dir / "options.yaml")
        with closing(log.Scalars(opt.tensorboard_dir and Path(opt.tensorboard_dir) / opt.name, start)) as board:
            loop = TrainingLoop(task, schedule, folder, board, state)
            finished = loop.run(new_batches(opt, task.dataset, start, device))

    print(f"{'done' if finished else 'interrupted: --continue_train goes on'}; weights and state in {opt.run_dir}")
    if loop.unreadable:
        print(f"{len(loop.unreadable)} unreadable frames were skipped")
    return 0 if loop.stopped is None else 128 + loop.stopped


if __name__ == "__main__":
    finish("train.py", lambda: train(TrainOptions().parse(sys.argv[1:])))
