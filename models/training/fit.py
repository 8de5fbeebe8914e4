"""The training loop: batches in, optimiser steps, and what happens between them."""

import signal
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from tqdm import tqdm


class Trainer(Protocol):
    """What is trained: `step` takes what `Hooks.take` makes of a batch and returns {term: loss} with "total"."""

    def step(self, *inputs: object) -> dict[str, float]: ...

    def set_lr(self, factor: float) -> None: ...


@dataclass(frozen=True)
class Plan:
    """How long to train, and how often to look. The `_samples` are counted in items seen, 0: never."""

    epochs: int
    steps_per_epoch: int
    batch_size: int
    print_samples: int
    picture_samples: int
    save_samples: int
    save_epochs: int

    @property
    def steps(self) -> int:
        return self.epochs * self.steps_per_epoch

    def epoch(self, step: int) -> int:
        """The epoch, counted from 1, that step `step` (counted from 0) belongs to."""
        return step // self.steps_per_epoch + 1

    def due(self, step: int, every_samples: int) -> bool:
        """Whether the `step` steps done so far just passed a multiple of `every_samples`, or ended the training."""
        passed = [n * self.batch_size // every_samples for n in (step - 1, step)] if every_samples else [0, 0]
        return passed[0] != passed[1] or (bool(every_samples) and step == self.steps)


@dataclass(frozen=True)
class Hooks:
    """What the loop calls.

    take: batch -> the arguments of the trainer's step.
    losses: (steps done, {term: value}), every `print_samples`.
    picture: (steps done, batch), every `picture_samples`.
    save: (steps done), every `save_samples` and at the end.
    keep: (steps done), whenever `keep_seconds` have passed.
    stop: (steps done), on an interrupt, when there is no time for all of `save`.
    epoch: (epoch), at the end of every `save_epochs`-th epoch.
    """

    take: Callable[[dict], tuple]
    losses: Callable[[int, dict[str, float]], None]
    picture: Callable[[int, dict], None]
    save: Callable[[int], None]
    keep: Callable[[int], None]
    stop: Callable[[int], None]
    epoch: Callable[[int], None]


def fit(
    trainer: Trainer,
    batches: Iterable[dict],
    plan: Plan,
    lr_factor: Callable[[int], float],
    hooks: Hooks,
    start: int = 0,
    keep_seconds: float = 60.0,
) -> bool:
    """Train from step `start` to the plan's end under a progress bar; False if an interrupt (Ctrl-C) ended it early.

    An interrupt is answered after the step in progress, so that what is saved is always a whole step. The bar is left
    out where nobody could see it move.
    """
    keep_due = _every(keep_seconds)
    look = {"unit": "step", "dynamic_ncols": True, "disable": None}
    with _interrupts() as interrupted, tqdm(total=plan.steps, initial=start, **look) as bar:
        for step, batch in enumerate(batches, start + 1):
            trainer.set_lr(lr_factor(plan.epoch(step - 1)))
            losses = trainer.step(*hooks.take(batch))
            bar.set_postfix(loss=f"{losses['total']:.4f}", refresh=False)
            bar.update()
            _between_steps(step, batch, losses, plan, hooks)
            if interrupted:
                hooks.stop(step)
                return False
            if keep_due():
                hooks.keep(step)
    return True


def _between_steps(step: int, batch: dict, losses: dict[str, float], plan: Plan, hooks: Hooks) -> None:
    if plan.due(step, plan.print_samples):
        hooks.losses(step, losses)
    if plan.due(step, plan.picture_samples):
        hooks.picture(step, batch)
    if plan.due(step, plan.save_samples):
        hooks.save(step)
    if plan.save_epochs and step % (plan.save_epochs * plan.steps_per_epoch) == 0:
        hooks.epoch(step // plan.steps_per_epoch)


def _every(seconds: float) -> Callable[[], bool]:
    """Asked again and again, answers whether `seconds` have passed since the start or the last yes."""
    since = time.monotonic()

    def passed() -> bool:
        nonlocal since
        now = time.monotonic()
        if now - since < seconds:
            return False
        since = now
        return True

    return passed


@contextmanager
def _interrupts():
    """A list that an interrupt fills; a second interrupt acts at once, as ever."""
    received: list[int] = []

    def note(number: int, _frame: object) -> None:
        received.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    old = signal.signal(signal.SIGINT, note)
    try:
        yield received
    finally:
        signal.signal(signal.SIGINT, old)
