import math
import os
import signal

import pytest

from models.training.fit import Hooks, Plan, fit


class Recorder:
    """A trainer that writes down what the loop does, which is what these tests are about."""

    def __init__(self, at_step=None, then=lambda: None):
        self.seen, self.rates, self._at_step, self._then = [], [], at_step, then

    def step(self, value):
        self.seen.append(value)
        if len(self.seen) == self._at_step:
            self._then()
        return {"total": float(value)}

    def set_lr(self, factor):
        self.rates.append(factor)


def plan(**changes):
    values = {"epochs": 2, "steps_per_epoch": 3, "batch_size": 2}
    values |= {"print_samples": 4, "picture_samples": 0, "save_samples": 5, "save_epochs": 1}
    return Plan(**{**values, **changes})


def run(trainer, plan, start=0, keep_seconds=math.inf):
    calls = {"losses": [], "picture": [], "save": [], "keep": [], "stop": [], "epoch": []}
    hooks = Hooks(
        take=lambda batch: (batch["value"],),
        losses=lambda step, losses: calls["losses"].append(step),
        picture=lambda step, batch: calls["picture"].append(step),
        save=calls["save"].append,
        keep=calls["keep"].append,
        stop=calls["stop"].append,
        epoch=calls["epoch"].append,
    )
    batches = ({"value": n} for n in range(start, plan.steps))
    return fit(trainer, batches, plan, lambda epoch: 1 / epoch, hooks, start, keep_seconds), calls


def test_everything_happens_when_its_number_of_samples_has_passed_whatever_the_batch_size():
    finished, calls = run(Recorder(), plan())
    assert finished
    # 2 samples a step: multiples of 4 pass at steps 2, 4, 6; multiples of 5 at steps 3 and 5, and the end saves too.
    assert calls == {"losses": [2, 4, 6], "picture": [], "save": [3, 5, 6], "keep": [], "stop": [], "epoch": [1, 2]}


def test_a_resumed_loop_does_what_was_left():
    _, whole = run(Recorder(), plan())
    _, rest = run(Recorder(), plan(), start=3)
    assert rest == {name: [n for n in steps if n > (1 if name == "epoch" else 3)] for name, steps in whole.items()}


def test_the_learning_rate_follows_the_epoch():
    trainer = Recorder()
    run(trainer, plan())
    assert trainer.rates == [1, 1, 1, 0.5, 0.5, 0.5]


def test_the_state_is_kept_whenever_its_time_has_passed():
    _, calls = run(Recorder(), plan(), keep_seconds=0)
    assert calls["keep"] == [1, 2, 3, 4, 5, 6] and calls["save"] == [3, 5, 6]


def test_an_interrupt_finishes_the_step_and_stops():
    trainer = Recorder(at_step=2, then=lambda: os.kill(os.getpid(), signal.SIGINT))
    finished, calls = run(trainer, plan())
    assert not finished and trainer.seen == [0, 1] and calls["stop"] == [2]


def test_a_second_interrupt_stops_at_once():
    def twice():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(Recorder(at_step=2, then=twice), plan())
