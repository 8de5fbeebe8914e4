"""The training loop. `TrainingLoop.run` shows what happens in a step and between steps."""

import contextlib
import signal
import sys
import time
from collections.abc import Iterable

from torch import Tensor
from tqdm import tqdm

from models.training.finite import Losses
from models.training.run_folder import RunFolder
from models.training.schedule import Schedule, lr_factor
from models.training.task import Task
from util import distributed, exchange, log
from util.runtime import STARTED
from util.signals import stop_signals

PREVIEWED = 4  # samples of a batch that a preview shows
STATE_SECONDS = 60.0  # between saves of the state, so that a killed run loses at most this much training
STATE_ERRORS = (
    KeyError,
    TypeError,
    ValueError,
    RuntimeError,
    AttributeError,
    IndexError,
)  # of a state that does not fit


class TrainingLoop:
    """Trains a task to the end of its schedule, from step 0 or from where an earlier run stopped.

    What is due after a step, such as the validation, is part of the state until it is done, so that a killed run does
    it when it is resumed. Weights are written after the state of their step: they never lie in a folder without one.

    Attributes:
        step: steps done.
        best: the highest "best" of all validations.
        due: what is left to do after the last step: a key of ACTIONS -> what it needs.
        stopped: the signal that ended the training early, or None.
        unreadable: names of the frames that could not be read.

    Args:
        task: what is trained.
        schedule: how long, and how often to report and save.
        folder: the run's folder, opened. Only the main process writes to it and to `board`.
        board: TensorBoard curves and images.
        state: what `folder.open` returned. The run resumes from it; None: it starts at step 0.

    All processes run the loop, and take each step together.

    Raises:
        ValueError: the state is not one of this training.
    """

    def __init__(self, task: Task, schedule: Schedule, folder: RunFolder, board: log.Scalars, state: dict | None):
        self.task, self.schedule = task, schedule
        self.folder, self.board = distributed.main_only(folder), distributed.main_only(board)
        self.step, self.best, self.due = 0, float("-inf"), {}
        self.stopped: int | None = None
        self.unreadable, self._printed = set[str](), set[str]()
        if state:
            self._resume(state)
        elif distributed.is_parallel():  # other kinds of processors may have drawn other weights
            task.trainer.load_state_dict(exchange.from_main(task.trainer.state_dict))
        self._between_steps = True  # False while a step changes the weights
        self._saved_step, self._last_save = self.step, STARTED
        self._state_has_due = bool(self.due)  # whether the newest state says that something is due
        self._last_print = self.step, time.monotonic()

    def _resume(self, state: dict) -> None:
        try:
            self.task.trainer.load_state_dict(state["trainer"])
            self.step, self.best, self.due = state["step"], float(state["best"]), dict(state.get("due", {}))
        except STATE_ERRORS as error:
            reason = f"{type(error).__name__} {error}".partition("\n")[0]
            raise ValueError(f"the state in {self.folder.folder} does not fit this training: {reason}") from error

    def run(self, batches: Iterable[dict], state_seconds: float = STATE_SECONDS) -> bool:
        """Train on `batches`, which begin after `self.step`. False if a signal ended the training early.

        After one of STOP_SIGNALS, the step is finished, the latest weights and the state are saved, and the training
        ends. After an error the state is saved, too, unless the error came from within an optimisation step.
        """
        disable = None if distributed.is_main() else True  # None: a bar only in a terminal
        bar_options = {"unit": "step", "dynamic_ncols": True, "disable": disable}
        with stop_signals() as signals, tqdm(total=self.schedule.steps, initial=self.step, **bar_options) as bar:
            try:
                self._do_due(signals)
                for batch in () if self._stops(signals) else batches:
                    losses = self._train_step(batch)
                    bar.update()
                    if "losses" in self.due:  # no others are read: that would wait for the device
                        bar.set_postfix(loss=f"{losses['total']:.4f}", refresh=False)
                    self._do_due(signals)
                    if self._stops(signals):
                        break
                    if time.monotonic() - self._last_save >= state_seconds:
                        self._save_state()
                if self.stopped is not None:
                    self._save_latest()
                    distributed.barrier()  # torchrun ends the main process as soon as another one has ended
            except Exception:
                self._save_after_error()
                raise
        return self.stopped is None

    def _stops(self, signals: list[int]) -> bool:
        """Whether a signal to any process ends the training after the present step. All processes call this."""
        if self.stopped is None and distributed.any_of(bool(signals)):
            self.stopped = signals[0] if signals else signal.SIGTERM
        return self.stopped is not None

    def _train_step(self, batch: dict) -> Losses:
        skipped = batch["skipped"]
        if distributed.any_of(bool(skipped)):
            skipped = [path for paths in exchange.gather(skipped) for path in paths]
        self._print_once(f"skipped unreadable frame {path}" for path in skipped)
        self.unreadable.update(skipped)
        inputs = self.task.inputs(batch)
        epoch = self.step // self.schedule.steps_per_epoch + 1
        self.task.trainer.set_lr(lr_factor(epoch, self.schedule.niter, self.schedule.niter_decay))
        self._between_steps = False
        losses = self.task.trainer.step(*inputs, samples=batch.get("samples"))
        self.step += 1
        self.due = self.schedule.due_after(self.step, losses)
        self._between_steps = True
        if self.schedule.due(self.step, self.schedule.display_freq):
            self.due["preview"] = self.task.preview(*(value[:PREVIEWED] for value in inputs)).cpu()
        return losses

    def _do_due(self, signals: list[int]) -> None:
        """Do what is due, the slow validation only where no signal waits."""
        for name, action in ACTIONS.items():
            if name in self.due and not (name == "validation" and self._stops(signals)):
                action(self, self.due[name])
                del self.due[name]
        if self._state_has_due and not self.due:
            self._save_state()

    def _print_losses(self, losses: Losses) -> None:
        self.board.scalars(self.step, losses)
        (last_step, last_time), now = self._last_print, time.monotonic()
        speed = (self.step - last_step) / max(now - last_time, 1e-9)
        tqdm.write(log.status(self.step, self.schedule.steps, losses, speed))
        self._last_print = self.step, now
        self.folder.log(self.step, **losses)  # comes last: where it fails, nothing was recorded

    def _save_preview(self, preview: Tensor) -> None:
        self.board.image(self.step, "samples", preview)
        self.folder.save_preview(self.step, preview)

    def _save_latest(self, _: None = None) -> None:
        self._save_state()
        self._save_weights("latest")

    def _save_epoch(self, epoch: int) -> None:
        if self._saved_step != self.step:
            self._save_state()
        self._save_weights(str(epoch))

    def _save_weights(self, label: str) -> None:
        self.task.trainer.check()
        self.folder.save_weights(label, self.task.export())

    def _save_state(self) -> None:
        trainer = self.task.trainer.state_dict()
        self.folder.save_state(self.step, best=self.best, due=self.due, trainer=trainer)
        self._saved_step, self._state_has_due, self._last_save = self.step, bool(self.due), time.monotonic()

    def _save_after_error(self) -> None:
        """Save the state, if it is whole and was not saved yet."""
        if self._between_steps and self._saved_step != self.step and distributed.is_main():
            with contextlib.suppress(Exception):  # the error itself is told
                self._save_state()
                tqdm.write(f"the state of step {self.step} is saved: --continue_train goes on", file=sys.stderr)

    def _validate(self, _: None = None) -> None:
        """Print and record the scores; save the weights as "best" too if no earlier ones scored higher."""
        scores, left_out = self.task.validate()
        self._print_once(left_out)
        best = scores.get("best", float("-inf"))
        if best > self.best:
            self._save_weights("best")
        if scores:
            self.board.scalars(self.step, {f"val/{name}": value for name, value in scores.items()})
            listed = "  ".join(f"{name} {value:.4f}" for name, value in scores.items())
            tqdm.write(f"step {self.step}: {listed}" + (f"  ({len(left_out)} clips left out)" if left_out else ""))
            self.folder.log(self.step, validation=scores, clips_left_out=len(left_out))
        self.best = max(self.best, best)

    def _print_once(self, lines: Iterable[str]) -> None:
        for line in lines:
            if line not in self._printed:
                tqdm.write(line)
                self._printed.add(line)


ACTIONS = {  # after a step, in this order
    "losses": TrainingLoop._print_losses,
    "preview": TrainingLoop._save_preview,
    "latest": TrainingLoop._save_latest,
    "validation": TrainingLoop._validate,
    "epoch": TrainingLoop._save_epoch,
}
