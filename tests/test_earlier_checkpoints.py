"""Blocks of earlier versions: they load as what they are and predict what they did."""

from pathlib import Path

import cv2
import pytest
import torch

from data.sample_clips import SampleClip, look_of, scene_of
from data.street.render import render
from models.shortcut.saved import from_checkpoint
from models.stages import eager
from models.teachers.recycle_gan import from_published
from util import checkpoint
from util.image import to_tensor

EARLIER = Path(__file__).parent / "data" / "earlier"
DEMOS = Path(__file__).parent.parent / "checkpoints"
TEACHERS = {
    "v2c": EARLIER / "v2c_teacher.pth",
    "v2l": EARLIER / "v2l_teacher.pth",
    "l2v": EARLIER / "l2v_teacher.pth",
}


def frames(task):
    """Two frames, three steps apart, as the task's teacher sees them: [1, 3, H, W] in [-1, 1]."""
    clip = SampleClip("A", "val", "025")
    for t in (6, 9):
        shown = render(scene_of(clip), look_of(clip), t)[task == "l2v"]
        if task != "v2c":
            shown = cv2.resize(shown, (128, 128), interpolation=cv2.INTER_NEAREST)
        yield to_tensor(shown)[None]


@pytest.mark.parametrize("task", TEACHERS)
def test_a_block_of_before_the_forms_is_published_and_beats_reuse(task):
    state = checkpoint.load(EARLIER / f"{task}.pth")
    teacher = from_published(checkpoint.load(TEACHERS[task])).cut(*state["split"])
    assert "block" not in state["config"]
    block = from_checkpoint(state, checkpoint.fingerprint(teacher.uncut_weights()), teacher.split, {"block": "published"})
    stages = eager(teacher.for_inference(), block.for_inference())
    reference, current = frames(task)
    with torch.no_grad():
        kept, y_ref = stages.translate(stages.head(reference))
        y, wanted = stages.predict(kept, stages.head(current)), stages.teacher(current)
    assert (y - wanted).square().mean() < 0.5 * (y_ref - wanted).square().mean()
