import numpy as np
import pytest
import torch

from models.evaluation.fcn8s import FCN8s
from models.evaluation.validation import ValClip
from models.training.fcn import FcnTrainer, init_from_scratch
from models.training.tasks.segmenter import SegmenterTask, label_map
from tests.helpers.tiny import video
from util.viper import CLASSES, ID, IGNORED, colours_of

ROAD, SKY = (np.full((16, 24), ID[name], np.uint8) for name in ("road", "sky"))


@pytest.fixture
def task():
    """task(*clips) -> the training of a tiny network that finds sky everywhere."""
    network = init_from_scratch(FCN8s(len(CLASSES), 1, 1))
    with torch.no_grad():
        network.score_fr.bias[ID["sky"]] = 1
    trainer = FcnTrainer(network, IGNORED, 1e-3, 0.9)
    common = {"dataset": None, "device": torch.device("cpu"), "settings": {}, "facts": {}}
    return lambda *clips: SegmenterTask(trainer, network, clips, **common)


def test_a_preview_shows_label_maps_in_their_colours(task):
    (frame,) = video(1)
    preview = task().preview(frame, torch.from_numpy(ROAD)[None].long())
    assert preview.shape == (3, 16, 3 * 24)
    torch.testing.assert_close(preview[:, :, 24:48], label_map(ROAD))
    torch.testing.assert_close(preview[:, :, 48:], label_map(SKY))
    levels = ((label_map(SKY) + 1) * 127.5).round().permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(levels, colours_of(SKY))


def test_a_validation_holds_predictions_against_the_labels(task):
    def clip(labels):
        return ValClip("a", lambda: [(frame, labels) for frame in video(2)])

    assert task(clip(SKY)).validate()[0]["best"] == 1
    assert task(clip(ROAD)).validate()[0]["best"] == 0
    assert task().validate() == ({}, []) and task().export().keys() == {"FCN8s"}


def test_a_clip_that_cannot_be_read_is_left_out_and_named(task):
    def read():
        raise OSError("damaged b.png")

    assert task(ValClip("b", read)).validate() == ({}, ["validation leaves out clip b: damaged b.png"])
