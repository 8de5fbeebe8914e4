"""Distil a Shortcut block into a frozen teacher; with --model, train a teacher or a segmenter instead."""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from data.batches import CatchReadErrors, ResumableBatchSampler, collate, raise_errors
from models.training.fit import Plan, fit
from models.training.run_folder import RunFolder
from models.training.schedule import lr_factor
from models.training.session import Session
from options.build.tasks.cartoon import cartoon_training
from options.build.tasks.distillation import distillation
from options.build.tasks.recycle_gan import teacher_training
from options.build.tasks.segmenter import segmenter_training
from options.build.tasks.task import Run
from options.record import Options, describe, save
from options.train_options import TrainOptions
from util import log, runtime
from util.program import INTERRUPTED, finish

BUILDERS = {
    "ShortcutV2V": distillation,
    "unsup_single": teacher_training,
    "vtoonify": cartoon_training,
    "fcn8s": segmenter_training,
}


def train(opt: Options) -> int:
    """Train until the planned end (exit status 0) or an interrupt (INTERRUPTED)."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    run = BUILDERS[opt.model](opt, device)
    run.trainer.amp = runtime.precision(opt.amp, device)
    plan = new_plan(opt, len(run.dataset))
    print(describe(opt))
    shown = {**run.facts, "device": device, "steps": f"{plan.steps} of {plan.batch_size} samples"}
    print(log.facts(shown), *run.warnings, sep="\n")
    if opt.dry_run:
        return 0

    with closing(RunFolder(opt.run_dir, run.settings, run.networks, opt.defaults)) as folder:
        return 0 if carry_out(plan, opt, run, folder, device) else INTERRUPTED


def carry_out(plan: Plan, opt: Options, run: Run, folder: RunFolder, device: torch.device) -> bool:
    """Train from where `folder` stands to the end of `plan`; False if an interrupt ended it early."""
    state = folder.begin(opt.continue_train, opt.restart)
    start = state["step"] if state else 0
    print(f"{'resuming at' if state else 'starting at'} step {start} of {plan.steps}: {opt.run_dir}")
    save(opt, opt.run_dir / "options.yaml")
    batches = new_batches(opt, run, plan, start, device)
    with closing(log.Scalars(opt.tensorboard_dir and Path(opt.tensorboard_dir) / opt.name, start)) as board:
        session = Session(run, folder, state, board, plan.steps)
        finished = fit(
            run.trainer, batches, plan, lambda e: lr_factor(e, opt.niter, opt.niter_decay), session.hooks(), start
        )
    print(f"{'done' if finished else 'interrupted: --continue_train goes on'}; weights and state in {opt.run_dir}")
    if session.unreadable:
        print(f"{len(session.unreadable)} unreadable frames were skipped")
    return finished


def new_plan(opt: Options, items: int) -> Plan:
    return Plan(
        epochs=opt.niter + opt.niter_decay,
        steps_per_epoch=-(-items // opt.batchSize),
        batch_size=opt.batchSize,
        print_samples=opt.print_freq,
        picture_samples=opt.display_freq,
        save_samples=opt.save_latest_freq,
        save_epochs=opt.save_epoch_freq,
    )


def new_batches(opt: Options, run: Run, plan: Plan, start: int, device: torch.device) -> Iterator[dict]:
    """All batches from step `start` to the end."""
    loader = DataLoader(
        CatchReadErrors(run.dataset),
        batch_sampler=ResumableBatchSampler(len(run.dataset), plan.batch_size, plan.epochs, opt.seed, start),
        num_workers=opt.nThreads,
        collate_fn=collate,
        pin_memory=device.type == "cuda",
        worker_init_fn=leave_interrupts_to_the_main_process,
    )
    return raise_errors(loader)


def leave_interrupts_to_the_main_process(_worker: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    finish("train.py", lambda: train(TrainOptions().parse(sys.argv[1:])))
