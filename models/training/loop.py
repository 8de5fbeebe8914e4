"""The training loop. `TrainingLoop.run` shows what happens in a step and between steps."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor
from tqdm import tqdm

from models.training.finite import Losses
from models.training.run_folder import RunFolder
from models.training.task import Task
from models.training.trainer import lr_factor
from util import distributed, exchange, log
from util.runtime import first_interrupt

PREVIEWED = 4  # samples of a batch that a preview shows
STATE_SECONDS = 60.0  # between saves of the state, so that a killed run loses at most this much training


@dataclass(frozen=True)
class Schedule:
    """How long to train, and how often to report and save. Steps and epochs are counted from 1.

    niter, niter_decay: epochs at the full learning rate, and epochs after those, in which it falls.
    print_freq, display_freq, save_latest_freq: in samples. save_epoch_freq: in epochs.
    """

    niter: int
    niter_decay: int
    steps_per_epoch: int
    batch_size: int
    print_freq: int
    display_freq: int
    save_latest_freq: int
    save_epoch_freq: int

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return (self.niter + self.niter_decay) * self.steps_per_epoch

    def due(self, step: int, samples: int) -> bool:
        """Whether `step` reached or passed a multiple of `samples`, or is the last one."""
        return step * self.batch_size // samples > (step - 1) * self.batch_size // samples or step == self.steps


class TrainingLoop:
    """Trains a task to the end of its schedule, from step 0 or from where an earlier run stopped.

    Args:
        task: what is trained.
        schedule: how long, and how often to report and save.
        folder: the run's folder, opened. Only the main process writes to it and to `board`.
        board: TensorBoard curves and images.
        state: what `folder.open` returned. The run resumes from it; None: it starts at step 0.

    All processes run the loop, and take each step together.
    """

    def __init__(self, task: Task, schedule: Schedule, folder: RunFolder, board: log.Scalars, state: dict | None):
        self.task, self.schedule = task, schedule
        self.folder, self.board = distributed.main_only(folder), distributed.main_only(board)
        self.step, self.best = 0, float("-inf")  # steps done, the highest "best" of all validations
        self.unreadable: set[str] = set()
        self._printed: set[str] = set()
        if state:
            task.trainer.load_state_dict(state["trainer"])
            self.step, self.best = state["step"], state["best"]
        elif distributed.is_parallel():  # other kinds of processors may have drawn other weights
            task.trainer.load_state_dict(exchange.from_main(task.trainer.state_dict))
        self._last_print = self.step, time.monotonic()

    def run(self, batches: Iterable[dict], state_seconds: float = STATE_SECONDS) -> bool:
        """Train on `batches`, which begin after `self.step`. False if an interrupt (Ctrl-C) ended the training early.

        After an interrupt, the step is finished, the latest weights and the state are saved, and the training ends.
        """
        due, last_save = self.schedule.due, time.monotonic()
        disable = None if distributed.is_main() else True  # None: a bar only in a terminal
        bar_options = {"unit": "step", "dynamic_ncols": True, "disable": disable}
        with first_interrupt() as interrupts, tqdm(total=self.schedule.steps, initial=self.step, **bar_options) as bar:
            for batch in batches:
                inputs, losses = self._train_step(batch)
                bar.update()
                if due(self.step, self.schedule.print_freq):
                    self._print_losses(losses)
                    bar.set_postfix(loss=f"{losses['total']:.4f}", refresh=False)
                if due(self.step, self.schedule.display_freq):
                    self._save_preview(inputs)
                if due(self.step, self.schedule.save_latest_freq):
                    self._save_latest()
                    self._validate()
                epoch, rest = divmod(self.step, self.schedule.steps_per_epoch)
                if rest == 0 and epoch % self.schedule.save_epoch_freq == 0:
                    self._save_weights(str(epoch))
                if distributed.any_of(bool(interrupts)):
                    self._save_latest()
                    distributed.barrier()  # torchrun ends the main process as soon as another one has ended
                    return False
                if time.monotonic() - last_save >= state_seconds:
                    self._save_state()
                    last_save = time.monotonic()
        return True

    def _train_step(self, batch: dict) -> tuple[tuple[Tensor, ...], Losses]:
        skipped = batch["skipped"]
        if distributed.any_of(bool(skipped)):
            skipped = [path for paths in exchange.gather(skipped) for path in paths]
        self._print_once(f"skipped unreadable frame {path}" for path in skipped)
        self.unreadable.update(skipped)
        inputs = self.task.inputs(batch)
        epoch = self.step // self.schedule.steps_per_epoch + 1
        self.task.trainer.set_lr(lr_factor(epoch, self.schedule.niter, self.schedule.niter_decay))
        losses = self.task.trainer.step(*inputs, samples=batch.get("samples"))
        self.step += 1
        return inputs, losses

    def _print_losses(self, losses: Losses) -> None:
        self.board.scalars(self.step, losses)
        self.folder.log(self.step, **losses)
        (last_step, last_time), now = self._last_print, time.monotonic()
        speed = (self.step - last_step) / max(now - last_time, 1e-9)
        tqdm.write(log.status(self.step, self.schedule.steps, losses, speed))
        self._last_print = self.step, now

    def _save_preview(self, inputs: tuple[Tensor, ...]) -> None:
        preview = self.task.preview(*(value[:PREVIEWED] for value in inputs)).cpu()
        self.board.image(self.step, "samples", preview)
        self.folder.save_preview(self.step, preview)

    def _save_latest(self) -> None:
        self._save_weights("latest")
        self._save_state()

    def _save_weights(self, label: str) -> None:
        self.task.trainer.check()
        self.folder.save_weights(label, self.task.export())

    def _save_state(self) -> None:
        self.folder.save_state(self.step, best=self.best, trainer=self.task.trainer.state_dict())

    def _validate(self) -> None:
        """Print and record the scores; save the weights as "best" too if no earlier ones scored higher."""
        scores, left_out = self.task.validate()
        self._print_once(left_out)
        if scores.get("best", float("-inf")) > self.best:
            self.best = scores["best"]
            self._save_weights("best")
            self._save_state()
        if scores:
            self.board.scalars(self.step, {f"val/{name}": value for name, value in scores.items()})
            self.folder.log(self.step, validation=scores, clips_left_out=len(left_out))
            listed = "  ".join(f"{name} {value:.4f}" for name, value in scores.items())
            tqdm.write(f"step {self.step}: {listed}" + (f"  ({len(left_out)} clips left out)" if left_out else ""))

    def _print_once(self, lines: Iterable[str]) -> None:
        for line in lines:
            if line not in self._printed:
                tqdm.write(line)
                self._printed.add(line)
