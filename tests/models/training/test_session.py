import json
from types import SimpleNamespace

import pytest
import torch

from models.training.run_folder import RunFolder
from models.training.session import Session
from util import checkpoint
from util.log import Scalars


class Counter:
    """A trainer whose whole state is how often it stepped."""

    def __init__(self):
        self.steps = 0

    def state_dict(self):
        return {"steps": self.steps}

    def load_state_dict(self, state):
        self.steps = state["steps"]


def session(folder, figures=(), exported=None, left_out=()):
    """A session on `folder` whose validations give `figures` one after the other."""
    figures, run_folder = iter(figures), RunFolder(folder, {})
    run = SimpleNamespace(
        trainer=Counter(),
        take=lambda batch: (batch["x"],),
        picture=lambda batch: batch["x"],
        export=(exported if exported is not None else []).append,
        validate=lambda: (next(figures, {}), list(left_out)),
    )
    return Session(run, run_folder, run_folder.begin(resume=True, restart=False), Scalars(None), steps=10)


def kept(folder):
    return checkpoint.load(folder / "state.pt")


def test_only_a_better_validation_replaces_the_best_weights(tmp_path):
    exported = []
    made = session(tmp_path, [{"best": 20.0}, {"best": 19.0}, {"best": 21.0}], exported)
    for step in (1, 2, 3):
        made.save(step)
    assert exported == ["latest", "best", "latest", "latest", "best"]


def test_a_resumed_session_knows_its_best_and_its_trainer(tmp_path):
    first = session(tmp_path, [{"best": 20.0}])
    first.run.trainer.steps = 5
    first.save(5)
    exported = []
    resumed = session(tmp_path, [{"best": 19.0}], exported)
    assert (resumed.best, resumed.run.trainer.steps) == (20.0, 5)
    resumed.save(6)
    assert exported == ["latest"]


def test_keeping_the_state_does_not_validate(tmp_path):
    exported = []
    made = session(tmp_path, [{"best": 20.0}], exported)
    made.keep(4)
    assert exported == [] and kept(tmp_path)["step"] == 4


def test_an_interrupt_leaves_weights_and_state_without_validating(tmp_path):
    exported = []
    session(tmp_path, [{"best": 20.0}], exported).hooks().stop(4)
    assert exported == ["latest"] and kept(tmp_path)["step"] == 4


def test_a_validation_that_fails_finds_weights_and_state_already_saved(tmp_path):
    exported = []
    made = session(tmp_path, exported=exported)
    made.run.validate = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        made.save(3)
    assert exported == ["latest"] and kept(tmp_path)["step"] == 3


def test_clips_that_validation_leaves_out_are_named_once_and_counted_each_time(tmp_path, capsys):
    made = session(tmp_path, [{"psnr": 20.0}, {"psnr": 21.0}], left_out=["left out clip x"])
    made.save(1)
    made.save(2)
    shown = capsys.readouterr().out
    assert shown.count("left out clip x") == 1
    assert "step 2: psnr 21.0000  (1 clips left out)" in shown


def test_the_status_line_shows_losses_and_speed(tmp_path, capsys):
    session(tmp_path).losses(4, {"output": 1.5, "total": 2.0})
    shown = capsys.readouterr().out
    assert shown.startswith("step  4/10  total 2.0000  output 1.5000  ") and shown.endswith(" it/s\n")


def test_losses_and_validations_are_lines_of_json(tmp_path):
    made = session(tmp_path, [{"psnr": 20.0, "best": 20.0}])
    made.losses(1, {"total": 2.0})
    made.save(1)
    validation = {"step": 1, "validation": {"psnr": 20.0, "best": 20.0}, "clips_left_out": 0}
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines == [{"step": 1, "total": 2.0}, validation]


def test_a_picture_is_written_under_its_step(tmp_path):
    session(tmp_path).picture(12, {"x": torch.zeros(3, 4, 6)})
    assert (tmp_path / "samples" / "0000012.png").is_file()
