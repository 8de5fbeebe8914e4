"""Distil a Shortcut block into a frozen teacher, or, with --model unsup_single, train a teacher."""

import signal
import sys
from pathlib import Path

from torch.utils.data import DataLoader
from tqdm import tqdm

from data.batches import PairBatches, collate
from models.schedule import lr_factor
from options.build_distillation import distillation
from options.build_teacher_training import teacher_training
from options.record import Options, describe, save
from options.train_options import TrainOptions
from util import image, log, runtime
from util.files import prepare_folder
from util.fit import Hooks, Plan, fit
from util.program import finish
from util.run_folder import LOG, RunFolder

BUILDERS = {"ShortcutV2V": distillation, "unsup_single": teacher_training}


def train(opt: Options) -> int:
    """Train until the planned end (exit status 0) or an interrupt (130)."""
    device = runtime.prepare(opt.seed, opt.gpu_ids)
    run = BUILDERS[opt.model](opt, device)
    plan = new_plan(opt, run.items)
    print(describe(opt))
    print(log.facts({**run.facts, "device": device, "steps": f"{plan.steps} of {plan.batch_size} samples"}))
    if opt.dry_run:
        return 0

    folder = RunFolder(opt.run_dir, run.settings)
    state = folder.begin(opt.continue_train, opt.restart)
    start, best, unreadable = 0, float("-inf"), set()
    if state:
        run.trainer.load_state_dict(state["trainer"])
        start, best = state["step"], state["best"]
    print(f"{'resuming at' if state else 'starting at'} step {start} of {plan.steps}: {opt.run_dir}")
    save(opt, opt.run_dir / "options.yaml")
    board = log.Scalars(opt.tensorboard_dir and Path(opt.tensorboard_dir) / opt.name, start)

    def on_losses(step: int, losses: dict[str, float]) -> None:
        board.scalars(step, losses)
        log.append(opt.run_dir / LOG, step=step, epoch=plan.epoch(step - 1), **losses)

    def on_picture(step: int, batch: dict) -> None:
        picture = run.picture(batch)
        board.image(step, "samples", picture)
        image.write_png(prepare_folder(opt.run_dir / "samples") / f"{step:07d}.png", image.to_uint8(picture))

    def on_save(step: int) -> None:
        nonlocal best
        figures = run.validate()
        run.export("latest")
        if figures.get("best", float("-inf")) > best:
            best = figures["best"]
            run.export("best")
        folder.save(step=step, best=best, trainer=run.trainer.state_dict())
        if figures:
            board.scalars(step, {f"val/{name}": value for name, value in figures.items()})
            log.append(opt.run_dir / LOG, step=step, validation=figures)
            tqdm.write(f"step {step}: " + "  ".join(f"{name} {value:.4f}" for name, value in figures.items()))

    def take(batch: dict) -> tuple:
        for path in set(batch["skipped"]) - unreadable:
            tqdm.write(f"skipped unreadable frame {path}")
        unreadable.update(batch["skipped"])
        return run.take(batch)

    hooks = Hooks(
        take=take,
        losses=on_losses,
        picture=on_picture,
        save=on_save,
        epoch=lambda epoch: run.export(str(epoch)),
    )
    batches = PairBatches(run.items, opt.batchSize, plan.epochs, opt.seed, start)
    loader = DataLoader(
        run.dataset,
        batch_sampler=batches,
        num_workers=opt.nThreads,
        collate_fn=collate,
        pin_memory=device.type == "cuda",
        worker_init_fn=leave_interrupts_to_the_main_process,
    )
    finished = fit(run.trainer, loader, plan, lambda e: lr_factor(e, opt.niter, opt.niter_decay), hooks, start)
    board.close()
    print(f"{'done' if finished else 'interrupted: --continue_train goes on'}; weights and state in {opt.run_dir}")
    if unreadable:
        print(f"{len(unreadable)} unreadable frames were skipped")
    return 0 if finished else 130


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


def leave_interrupts_to_the_main_process(_worker: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    finish("train.py", lambda: train(TrainOptions().parse(sys.argv[1:])))
