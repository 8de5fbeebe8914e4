import json
from types import SimpleNamespace

import torch

from util.log import Scalars
from util.run_folder import RunFolder
from util.session import Session


class Counter:
    """A trainer whose whole state is how often it stepped."""

    def __init__(self):
        self.steps = 0

    def state_dict(self):
        return {"steps": self.steps}

    def load_state_dict(self, state):
        self.steps = state["steps"]


def session(folder, figures=(), exported=None):
    """A session on `folder` whose validations give `figures` one after the other."""
    figures, run_folder = iter(figures), RunFolder(folder, {})
    run = SimpleNamespace(
        trainer=Counter(),
        take=lambda batch: (batch["x"],),
        picture=lambda batch: batch["x"],
        export=(exported if exported is not None else []).append,
        validate=lambda: next(figures, {}),
    )
    return Session(run, run_folder, run_folder.begin(resume=True, restart=False), Scalars(None))


def test_only_a_better_validation_replaces_the_best_weights(tmp_path):
    exported = []
    made = session(tmp_path, [{"best": 20.0}, {"best": 19.0}, {"best": 21.0}], exported)
    for step in (1, 2, 3):
        made.save(step)
    assert exported == ["latest", "best", "latest", "latest", "best"]


def test_a_resumed_session_knows_its_step_its_best_and_its_trainer(tmp_path):
    first = session(tmp_path, [{"best": 20.0}])
    first.run.trainer.steps = 5
    first.save(5)
    exported = []
    resumed = session(tmp_path, [{"best": 19.0}], exported)
    assert (resumed.start, resumed.best, resumed.run.trainer.steps) == (5, 20.0, 5)
    resumed.save(6)
    assert exported == ["latest"]


def test_keeping_the_state_does_not_validate(tmp_path):
    exported = []
    made = session(tmp_path, [{"best": 20.0}], exported)
    made.keep(4)
    assert exported == [] and session(tmp_path).start == 4


def test_losses_and_validations_are_lines_of_json(tmp_path):
    made = session(tmp_path, [{"psnr": 20.0, "best": 20.0}])
    made.losses(1, {"total": 2.0})
    made.save(1)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines == [{"step": 1, "total": 2.0}, {"step": 1, "validation": {"psnr": 20.0, "best": 20.0}}]


def test_a_picture_is_written_under_its_step(tmp_path):
    session(tmp_path).picture(12, {"x": torch.zeros(3, 4, 6)})
    assert (tmp_path / "samples" / "0000012.png").is_file()
