from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.ground_truth import ground_truth_of, read_labels
from util.viper import VIPER


def saved(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("name", ["063_00001.png", "063_00001_centered.png", "063/063_00001.png"])
def test_all_published_names_are_found(tmp_path, name):
    path = saved(tmp_path / name, np.zeros((4, 4, 3), np.uint8))
    assert ground_truth_of(Path("A/063_00001.jpg"), tmp_path) == path


def test_a_missing_ground_truth_is_named_with_where_it_should_be(tmp_path):
    saved(tmp_path / "063_00002.png", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(FileNotFoundError, match=r"frame 063_00001.jpg.*\n  .*063_00001.png\n.*_centered.png"):
        ground_truth_of(Path("A/063_00001.jpg"), tmp_path)


def test_resizing_mixes_no_colours(tmp_path):
    labels = np.array(list(VIPER.values()), np.uint8)[np.random.default_rng(0).integers(0, 32, (20, 30))]
    path = saved(tmp_path / "labels.png", labels)
    assert read_labels(path, (17, 9)).shape == (9, 17, 3)
    assert {tuple(c) for c in read_labels(path, (17, 9)).reshape(-1, 3).tolist()} <= set(VIPER.values())


def test_without_a_size_they_are_cut_like_their_frame(tmp_path):
    labels = np.random.default_rng(0).integers(0, 256, (10, 14, 3), dtype=np.uint8)
    np.testing.assert_array_equal(read_labels(saved(tmp_path / "labels.png", labels), None), labels[1:9, 1:13])
