"""Every test trains a real network of one weight; what the loop did is read from the run's folder."""

import contextlib
import json
import os
import signal
import time
from itertools import islice

import pytest
import torch
from PIL import Image
from torch import nn

from models.training.adam import Adam
from models.training.loop import STATE_SECONDS, TrainingLoop
from models.training.run_folder import RunFolder
from models.training.schedule import Schedule
from models.training.task import Task
from models.training.trainer import Trainer
from util import checkpoint
from util.log import Scalars
from util.signals import STOP_SIGNALS

RATE = 0.01
NEVER = 10**6


class LineTrainer(Trainer):
    """Learns w in y = w x with w = 2."""

    def __init__(self):
        torch.manual_seed(0)
        self.network = nn.Linear(1, 1, bias=False)
        self.optimizer = Adam(self.network.parameters(), RATE)
        super().__init__([self.optimizer], network=self.network, optimizer=self.optimizer)

    def _step(self, x):
        terms = {"squared": (self.network(x) - 2 * x).square().mean()}
        terms, total = self.update("line", self.optimizer, terms)
        return {**terms, "total": total}


class LineTask(Task):
    """Its previews have one row per sample; its validations give `scores` one after the other."""

    input_names = ("x",)

    def __init__(self, scores=(), left_out=()):
        super().__init__(LineTrainer(), None, torch.device("cpu"), {}, {})
        self.scores, self.left_out = iter(scores), list(left_out)

    def preview(self, x):
        return torch.zeros(3, len(x), 2)

    def export(self):
        return {"line": self.trainer.network.state_dict()}

    def validate(self):
        return next(self.scores, {}), self.left_out


class BrokenTask(LineTask):
    def validate(self):
        raise OSError("the val split is gone")


class ScoredTask(LineTask):
    """Its score tells its weights."""

    def validate(self):
        return {"best": -abs(self.trainer.network.weight.item() - 1)}, []


def schedule(**changes):
    values = {"niter": 2, "niter_decay": 0, "steps_per_epoch": 3, "batch_size": 2, "print_freq": NEVER}
    values |= {"display_freq": NEVER, "save_latest_freq": NEVER, "save_epoch_freq": NEVER}
    return Schedule(**{**values, **changes})


def batches(steps=6, size=2, skipped=()):
    generator = torch.Generator().manual_seed(1)
    return [{"x": torch.rand(size, 1, generator=generator), "skipped": list(skipped)} for _ in range(steps)]


def train(path, task, plan, stop=None, watch=lambda: None, data=None, **kwargs):
    """Run on `path` from where it stands to `stop` steps, calling `watch` after each; the loop and what it returned."""
    with contextlib.closing(RunFolder(path, {}, ["line"])) as folder:
        loop = TrainingLoop(task, plan, folder, Scalars(None), folder.open(resume=True, restart=False))

        def watched():
            for batch in islice(data or batches(plan.steps), loop.step, stop):
                yield batch
                watch()

        return loop, loop.run(watched(), **kwargs)


def records(path, kind):
    lines = (path / "log.jsonl").read_text().splitlines() if (path / "log.jsonl").exists() else []
    return [line for line in map(json.loads, lines) if kind in line]


def weight(path, label):
    return checkpoint.load(path / f"{label}_net_line.pth")["weight"].item()


def state_step(path):
    return checkpoint.load(path / "state.pt")["step"] if (path / "state.pt").exists() else None


def contents(path):
    """The files of a run but for its lock and older states; of the state its digest, since pickles differ in form."""
    files = [file for file in path.rglob("*") if file.is_file() and file.name != ".lock"]
    found = {str(f.relative_to(path)): f.read_bytes() for f in files if not f.name.startswith("state")}
    return {**found, "state": checkpoint.load(path / "state.pt")["digest"]}


def done(path):
    """The steps at which a run printed, validated and wrote previews, and the epochs whose weights it kept."""
    return {
        "printed": [line["step"] for line in records(path, "total")],
        "validated": [line["step"] for line in records(path, "validation")],
        "previews": sorted(int(file.stem) for file in path.glob("samples/*.png")),
        "epochs": sorted(int(file.name[0]) for file in path.glob("[0-9]*_net_line.pth")),
    }


OFTEN = {"print_freq": 4, "save_latest_freq": 5, "display_freq": 7, "save_epoch_freq": 1}


def test_everything_happens_when_its_number_of_samples_has_passed_whatever_the_batch_size(tmp_path):
    _, finished = train(tmp_path, LineTask([{"psnr": 1.0}] * 3), schedule(**OFTEN))
    # A step has 2 samples: steps 2, 4, 6 pass multiples of 4, steps 3 and 5 those of 5, step 4 that of 7; the last step
    # does all.
    expected = {"printed": [2, 4, 6], "validated": [3, 5, 6], "previews": [4, 6], "epochs": [1, 2]}
    assert finished and done(tmp_path) == expected and state_step(tmp_path) == 6


def test_a_resumed_loop_does_what_was_left_and_ends_with_the_same_weights(tmp_path):
    plan, scores = schedule(**OFTEN, niter_decay=1), [{"psnr": 1.0}] * 4
    train(tmp_path / "whole", LineTask(scores), plan)
    first, _ = train(tmp_path / "parts", LineTask(scores), plan, stop=3)
    resumed, finished = train(tmp_path / "parts", LineTask(scores), plan)
    assert (first.step, resumed.step, finished) == (3, 9, True)
    assert done(tmp_path / "parts") == done(tmp_path / "whole")
    assert weight(tmp_path / "parts", "latest") == weight(tmp_path / "whole", "latest")


def test_epochs_keep_their_weights_as_often_as_asked(tmp_path):
    train(tmp_path, LineTask(), schedule(niter=5, save_epoch_freq=2))
    assert done(tmp_path)["epochs"] == [2, 4]


def test_the_learning_rate_falls_after_the_first_epochs(tmp_path):
    task, rates = LineTask(), []

    def watch():
        rates.append(task.trainer.optimizer.param_groups[0]["lr"])

    train(tmp_path, task, schedule(niter_decay=1), watch=watch)
    assert rates == [RATE] * 6 + [RATE / 2] * 3


def test_the_state_is_saved_whenever_its_time_has_passed_without_validating(tmp_path):
    saved = []
    task = LineTask([{"psnr": 1.0}] * 6)
    train(tmp_path, task, schedule(), watch=lambda: saved.append(state_step(tmp_path)), state_seconds=0)
    assert saved == [1, 2, 3, 4, 5, 6] and done(tmp_path)["validated"] == [6]


def test_a_second_interrupt_stops_at_once(tmp_path):
    def interrupted_twice():
        for batch in batches():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            yield batch

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, LineTask(), schedule(), data=interrupted_twice())


def test_only_a_higher_score_replaces_the_best_weights(tmp_path):
    best, latest = [], []
    task = LineTask([{"best": 20.0}, {"best": 19.0}, {"best": 21.0}])

    def watch():
        best.append(weight(tmp_path, "best"))
        latest.append(weight(tmp_path, "latest"))

    train(tmp_path, task, schedule(niter=1, save_latest_freq=1), watch=watch)
    assert len(set(latest)) == 3 and best == [latest[0], latest[0], latest[2]]


def test_a_resumed_run_knows_its_best_score(tmp_path):
    plan = schedule(save_latest_freq=1)
    train(tmp_path, LineTask([{"best": 20.0}]), plan, stop=1)
    before = weight(tmp_path, "best")
    loop, _ = train(tmp_path, LineTask([{"best": 19.0}]), plan, stop=2)
    assert loop.best == 20.0 and weight(tmp_path, "best") == before != weight(tmp_path, "latest")


def test_a_validation_that_fails_finds_weights_and_state_already_saved(tmp_path):
    with pytest.raises(OSError, match="val split"):
        train(tmp_path, BrokenTask(), schedule(save_latest_freq=6))
    assert state_step(tmp_path) == 3 and weight(tmp_path, "latest")


def test_clips_that_validation_leaves_out_are_named_once_and_counted_each_time(tmp_path, capsys):
    task = LineTask([{"psnr": 20.0}, {"psnr": 21.0}], left_out=["validation leaves out clip x"])
    train(tmp_path, task, schedule(niter=1, save_latest_freq=4))
    shown = capsys.readouterr().out
    assert shown.count("leaves out clip x") == 1
    assert "step 2: psnr 20.0000  (1 clips left out)" in shown and "step 3: psnr 21.0000  (1 " in shown
    assert [line["clips_left_out"] for line in records(tmp_path, "validation")] == [1, 1]


def test_unreadable_frames_are_named_once_and_counted(tmp_path, capsys):
    loop, _ = train(tmp_path, LineTask(), schedule(), data=batches(skipped=["a.png", "b.png"]))
    assert loop.unreadable == {"a.png", "b.png"}
    assert capsys.readouterr().out.count("skipped unreadable frame a.png") == 1


def test_losses_and_validations_are_lines_of_json(tmp_path):
    train(tmp_path, LineTask([{"psnr": 20.0, "best": 20.0}]), schedule(niter=1))
    losses, validation = records(tmp_path, "step")
    assert losses["step"] == 3 and losses["total"] == losses["squared"] > 0
    assert validation == {"step": 3, "validation": {"psnr": 20.0, "best": 20.0}, "clips_left_out": 0}


def test_the_status_line_shows_losses_and_speed(tmp_path, capsys):
    train(tmp_path, LineTask(), schedule(niter=1))
    shown = capsys.readouterr().out
    assert shown.startswith("step 3/3  total ") and "  squared " in shown and shown.endswith(" it/s\n")


def test_a_preview_shows_the_first_four_samples_of_a_batch(tmp_path):
    train(tmp_path, LineTask(), schedule(batch_size=9, niter=1), data=batches(3, size=9))
    with Image.open(tmp_path / "samples" / "0000003.png") as preview:
        assert preview.size == (2, 4)


class Killed(BaseException):
    """Ends the loop as SIGKILL would: nothing is saved after it."""


def raising(error):
    def fail(*_, **__):
        raise error

    return fail


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_finishes_the_step_and_saves_weights_and_state_without_validating(tmp_path, number):
    def stopped():
        first, second, *rest = batches()
        yield first
        os.kill(os.getpid(), number)
        yield second
        yield from rest

    loop, finished = train(tmp_path, LineTask([{"best": 1.0}]), schedule(), data=stopped())
    assert not finished and loop.stopped == number and loop.step == 2 == state_step(tmp_path)
    assert weight(tmp_path, "latest") == loop.task.trainer.network.weight.item()
    assert done(tmp_path)["validated"] == []


def test_a_validation_that_a_signal_forestalled_is_done_when_the_run_goes_on(tmp_path):
    def stopped():
        for number, batch in enumerate(batches(), 1):
            if number == 3:
                os.kill(os.getpid(), signal.SIGTERM)
            yield batch

    plan = schedule(save_latest_freq=6, save_epoch_freq=1)
    loop, finished = train(tmp_path, LineTask(), plan, data=stopped())
    assert not finished and loop.due == {"validation": None} and done(tmp_path)["epochs"] == [1]
    train(tmp_path, LineTask([{"best": 1.0}] * 2), plan)
    assert done(tmp_path)["validated"] == [3, 6]


@pytest.mark.parametrize("method", ["validate", "export"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_run_killed_while_it_validates_or_saves_ends_like_one_that_was_not(tmp_path, method, call):
    plan = schedule(niter=3, **OFTEN)
    train(tmp_path / "whole", ScoredTask(), plan)
    task = ScoredTask()
    harmed, calls = getattr(task, method), []

    def killed():
        calls.append(1)
        if len(calls) == call:
            raise Killed
        return harmed()

    setattr(task, method, killed)
    with pytest.raises(Killed):
        train(tmp_path / "killed", task, plan)
    train(tmp_path / "killed", ScoredTask(), plan)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_weights_are_never_without_a_state(tmp_path, monkeypatch):
    monkeypatch.setattr(RunFolder, "save_weights", raising(Killed()))
    with pytest.raises(Killed):
        train(tmp_path, LineTask(), schedule(save_epoch_freq=1))
    assert state_step(tmp_path) == 3


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("out of memory")])
@pytest.mark.parametrize(("owner", "method"), [(LineTask, "preview"), (RunFolder, "save_preview"), (RunFolder, "log")])
def test_an_error_between_two_steps_loses_no_step(tmp_path, monkeypatch, capsys, error, owner, method):
    plan = schedule(display_freq=4, print_freq=4)
    train(tmp_path / "whole", LineTask(), plan)
    with monkeypatch.context() as context, pytest.raises(type(error)):
        context.setattr(owner, method, raising(error))
        train(tmp_path / "failed", LineTask(), plan)
    assert state_step(tmp_path / "failed") == 2
    assert "the state of step 2 is saved: --continue_train goes on" in capsys.readouterr().err
    train(tmp_path / "failed", LineTask(), plan)
    whole, failed = contents(tmp_path / "whole"), contents(tmp_path / "failed")
    if method == "preview":  # what the preview of step 2 shows is gone with its batch
        del whole["samples/0000002.png"]
    assert failed == whole


def test_batches_that_end_in_an_error_lose_no_step(tmp_path):
    def dead():
        yield from batches()[:4]
        raise ChildProcessError("a process that reads data died")

    with pytest.raises(ChildProcessError):
        train(tmp_path, LineTask(), schedule(), data=dead())
    assert state_step(tmp_path) == 4


def test_an_output_that_nobody_reads_any_more_loses_no_step(tmp_path, monkeypatch):
    read_end, write_end = os.pipe()
    os.close(read_end)
    with open(write_end, "w", buffering=1) as broken, monkeypatch.context() as context:
        context.setattr("sys.stdout", broken)
        with pytest.raises(BrokenPipeError):
            train(tmp_path, LineTask(), schedule(print_freq=2))
        with contextlib.suppress(BrokenPipeError):
            broken.close()
    assert state_step(tmp_path) == 1 and done(tmp_path)["printed"] == []
    train(tmp_path, LineTask(), schedule(print_freq=2))
    assert done(tmp_path)["printed"] == [1, 2, 3, 4, 5, 6]


def test_an_error_within_a_step_saves_nothing(tmp_path, monkeypatch):
    task = LineTask()
    train(tmp_path, task, schedule(), stop=2, state_seconds=0)
    saved = (tmp_path / "state.pt").read_bytes()
    with monkeypatch.context() as context, pytest.raises(RuntimeError):
        context.setattr(LineTrainer, "_step", raising(RuntimeError("out of memory")))
        train(tmp_path, LineTask(), schedule())
    assert (tmp_path / "state.pt").read_bytes() == saved


def test_a_run_that_fails_before_its_first_step_leaves_no_state(tmp_path):
    with pytest.raises(ValueError, match="bad data"):
        train(tmp_path, LineTask(), schedule(), data=map(raising(ValueError("bad data")), [1]))
    assert state_step(tmp_path) is None


class SpoilingTrainer(LineTrainer):
    """Its second step leaves NaN, though loss and gradient are finite."""

    def _step(self, x):
        terms = super()._step(x)
        if self.steps == 1:
            self.network.weight.data.fill_(float("nan"))
        return terms


def test_weights_that_are_not_finite_are_not_saved(tmp_path):
    task = LineTask()
    task.trainer = SpoilingTrainer()
    with pytest.raises(FloatingPointError, match="not finite after step 2: trainer.network.weight; the last saved"):
        train(tmp_path, task, schedule(), state_seconds=0)
    assert state_step(tmp_path) == 1 and not list(tmp_path.glob("*.pth"))


def test_the_time_to_the_first_save_counts_from_the_start_of_the_process(tmp_path, monkeypatch):
    saved = []
    monkeypatch.setattr("models.training.loop.STARTED", time.monotonic() - STATE_SECONDS)
    train(tmp_path, LineTask(), schedule(), watch=lambda: saved.append(state_step(tmp_path)))
    assert saved == [1] * 5 + [6]


@pytest.mark.parametrize("trainer", [None, {}, {"network": 3}, {"network": {"weight": torch.ones(2)}}])
def test_a_state_of_another_kind_is_one_sentence(tmp_path, trainer):
    RunFolder(tmp_path, {}).save_state(1, best=1.0, trainer=trainer)
    with pytest.raises(ValueError, match="the state in .* does not fit this training: "):
        train(tmp_path, LineTask(), schedule())


def test_moments_of_another_shape_are_one_sentence(tmp_path):
    train(tmp_path, LineTask(), schedule(), stop=1, state_seconds=0)
    state = checkpoint.load(tmp_path / "state.pt")
    state["trainer"]["optimizer"]["state"][0]["exp_avg"] = torch.ones(3)
    del state["digest"]
    checkpoint.save(tmp_path / "state.pt", state)
    with pytest.raises(ValueError, match="does not fit this training: .*optimiser's state is"):
        train(tmp_path, LineTask(), schedule())
