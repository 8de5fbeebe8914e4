"""Blocks of earlier versions: they load as what they are and predict what they did."""

from pathlib import Path

import pytest
import torch

from models.shortcut.checkpoint import from_checkpoint
from models.shortcut.inference import optimize
from models.streaming.stages import eager
from models.teachers.recycle_gan.generator import from_published
from tests.helpers.street import street_frames
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
