import torch

from models.evaluation.validation import ValClip, validate_block
from models.training.distiller import Distiller, LossWeights
from models.training.tasks.shortcut import ShortcutTask
from tests.helpers.tiny import block, teacher, video, vtoonify, vtoonify_block

COMMON = {"dataset": None, "device": torch.device("cpu"), "settings": {}, "facts": {}}
WEIGHTS = LossWeights(feature=1, align=0, output=0, squared=0, adversarial=0, temporal=0, perceptual=0)
CLIPS = [ValClip("a", lambda: list(video(3)))]


def task(of, student):
    return ShortcutTask(Distiller(of, student, WEIGHTS), "abc", CLIPS, interval=3, **COMMON)


def test_a_preview_has_five_columns_of_the_outputs_size():
    reference, current = video(2)
    assert task(teacher(), block()).preview(reference, current).shape == (3, 16, 5 * 24)
    assert task(vtoonify(), vtoonify_block()).preview(reference, current).shape == (3, 64, 5 * 96)


def test_the_checkpoint_tells_teacher_and_steps():
    made = task(teacher(), block())
    made.trainer.step(*video(2))
    saved = made.export()["ShortcutV2V"]
    assert "abc" in saved.values() and 1 in saved.values()


def test_a_validation_scores_the_block_as_it_is_now():
    made = task(teacher(), block())
    before = made.validate()
    made.trainer.step(*video(2))
    after = made.validate()
    assert before[0]["best"] != after[0]["best"]
    assert after == validate_block(CLIPS, made.teacher, made.block, 3)
