"""Blocks of earlier versions load as what they are and predict what they did; training runs of theirs go on."""

import shutil
from pathlib import Path

import pytest
import torch

from models.shortcut.checkpoint import from_checkpoint
from models.shortcut.inference import optimize
from models.streaming.stages import eager
from models.teachers.recycle_gan import from_published
from options.train_options import TrainOptions
from tests.helpers.runs import distil
from tests.helpers.street import street_frames
from train import train
from util import checkpoint

EARLIER = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "earlier"
TEACHERS = {
    "v2c": EARLIER / "v2c_teacher.pth",
    "v2l": EARLIER / "v2l_teacher.pth",
    "l2v": EARLIER / "l2v_teacher.pth",
}


@pytest.mark.parametrize("task", TEACHERS)
def test_a_block_of_before_the_forms_is_published_and_beats_reuse(task):
    state = checkpoint.load(EARLIER / f"{task}.pth")
    teacher = from_published(checkpoint.load(TEACHERS[task])).cut(*state["split"])
    assert "block" not in state["config"]
    block = from_checkpoint(
        state, checkpoint.fingerprint(teacher.uncut_weights()), teacher.split, {"block": "published"}
    )
    stages = eager(teacher.for_inference(), optimize(block))
    reference, current = street_frames(task, "025", [6, 9])
    with torch.no_grad():
        kept, y_ref = stages.translate(stages.head(reference))
        y, wanted = stages.predict(kept, stages.head(current)), stages.teacher(current)
    assert (y - wanted).square().mean() < 0.5 * (y_ref - wanted).square().mean()


@pytest.fixture
def earlier_run(tmp_path):
    """Flags that continue the run of tests/data/earlier/run, put where these flags look for it."""
    flags, run = distil(tmp_path, "--continue_train", "--niter", "4"), tmp_path / "runs" / "tiny"
    run.mkdir(parents=True)
    shutil.copy(EARLIER / "run" / "state.pth", run / "state.pt")
    shutil.copy(EARLIER / "run" / "teacher.pth", tmp_path)
    return flags


@pytest.mark.parametrize(
    "more", [(), ("--options", str(EARLIER / "run" / "options.yaml"))], ids=["flags", "its options"]
)
def test_a_run_that_is_older_than_a_flag_goes_on(earlier_run, tmp_path, more):
    path = tmp_path / "runs" / "tiny" / "state.pt"
    recorded = checkpoint.load(path)["settings"]
    assert "lambda_L2_out" not in recorded and "vtoonify_skip" in recorded
    assert train(TrainOptions().parse([*earlier_run, *more])) == 0
    assert checkpoint.load(path)["step"] == 8


def test_a_run_that_is_older_than_a_flag_is_refused_with_another_value_than_its_default(earlier_run):
    with pytest.raises(ValueError, match=r"other settings:\n  lambda_L2_out: started with 0\.0, now 5\.0$"):
        train(TrainOptions().parse([*earlier_run, "--lambda_L2_out", "5"]))
