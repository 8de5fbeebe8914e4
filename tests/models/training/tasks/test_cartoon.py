import pytest
import torch

from models.evaluation.metrics.image import Psnr, unit_pair
from models.teachers.vtoonify.network import VToonify
from models.training.cartoon import CartoonTrainer, random_style
from models.training.tasks.cartoon import CartoonTask
from tests.helpers.tiny import VTOONIFY_WIDTH, video


@pytest.fixture
def task():
    """task(pairs) -> the training of a tiny network."""
    torch.manual_seed(0)
    network = VToonify("toonify", VTOONIFY_WIDTH)
    trainer = CartoonTrainer(network, random_style(network))
    common = {"dataset": None, "device": torch.device("cpu"), "settings": {}, "facts": {}}
    return lambda pairs: CartoonTask(trainer, pairs, **common)


def test_a_preview_has_three_columns_of_the_cartoons_size(task):
    (frame,), (cartoon,) = video(1), video(1, 64, 96)
    preview = task(()).preview(frame, cartoon)
    assert preview.shape == (3, 64, 3 * 96)
    torch.testing.assert_close(preview[:, ::4, 0:96:4], frame[0])
    torch.testing.assert_close(preview[:, :, 192:], cartoon[0])


def test_the_score_is_the_mean_psnr_of_held_out_pairs(task):
    pairs = [
        {"frame": frame[0], "cartoon": cartoon[0]} for frame, cartoon in zip(video(2), video(2, 64, 96), strict=True)
    ]
    made = task(pairs)
    expected = [Psnr.measure(*unit_pair(made.trainer.translate(p["frame"][None]), p["cartoon"][None])) for p in pairs]
    for _ in range(2):
        assert made.validate() == ({"psnr": sum(expected) / 2, "best": sum(expected) / 2}, [])


def test_without_held_out_pairs_there_are_no_scores(task):
    assert task(()).validate() == ({}, []) and task(()).export().keys() == {"vtoonify"}
