import numpy as np
import pytest
import torch

from models.evaluation.fcn8s import FCN8s
from models.evaluation.segmenter import by_colour, load_segmenter
from util import checkpoint
from util.image import to_tensor
from util.viper import ID, colours_of

CPU = torch.device("cpu")


def saved(path, classes=32):
    network = FCN8s(classes, width=1, hidden=1)
    with torch.no_grad():
        network.score_fr.weight.zero_()
        network.score_fr.bias[5] = 1e6
    checkpoint.save(path, network.state_dict())
    return path


def test_colours_near_those_of_a_class_are_that_class():
    labels = np.repeat([[ID["sky"]], [ID["road"]]], 4, axis=0).repeat(6, axis=1)
    np.testing.assert_array_equal(by_colour(to_tensor(colours_of(labels))[None] * 0.98), labels)


def test_a_network_tells_the_class_of_every_pixel(tmp_path):
    ids = load_segmenter(saved(tmp_path / "fcn.pth"), CPU)(torch.zeros(1, 3, 16, 24))
    assert ids.shape == (16, 24) and ids.dtype == np.uint8


def test_a_network_of_other_classes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="knows 19 classes, VIPER has 32"):
        load_segmenter(saved(tmp_path / "fcn.pth", classes=19), CPU)
