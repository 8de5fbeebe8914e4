"""A generator of the user's own and its Shortcut. tests/test_shortcut_v2v.py saves some and loads them again."""

from math import inf

import pytest
import torch
import yaml

from examples.generators import resnet
from models.streaming.refresh import Adaptive
from options.build.own_pair import new_pair, save_pair, settled
from options.python_options import InMemoryOptions
from tests.helpers.python import resnet_file

CPU = torch.device("cpu")


@pytest.fixture
def pair(tmp_path):
    return new_pair(resnet(resnet_file(tmp_path / "resnet.pth")), [torch.zeros(1, 3, 32, 48)], "3:16", 8, CPU)


def test_a_new_pair_is_cut_and_identified(pair):
    assert pair.teacher.split == (3, 16) and pair.block.config["h_dim"] == 8
    assert len({pair.teacher_id, pair.block_id}) == 2


def test_a_fixed_refresh_is_settled_by_its_interval_and_an_adaptive_one_by_its_threshold():
    fixed = settled(InMemoryOptions().of("", {}), Adaptive(inf, 3))
    assert (fixed.max_interval, fixed.refresh_threshold) == (3, None)
    adaptive = settled(InMemoryOptions().of("", {"refresh_threshold": 0.2}), Adaptive(0.2, 7))
    assert (adaptive.max_interval, adaptive.refresh_threshold) == (7, 0.2)


def test_the_folder_describes_itself(pair, tmp_path):
    opt = InMemoryOptions().of("", {"max_interval": 4, "hold": 0.1})
    folder = save_pair(tmp_path / "mine", opt, pair, "examples.generators:resnet", tmp_path / "resnet.pth")
    assert yaml.safe_load((folder / "model.yaml").read_text()) == {
        **{"teacher": "examples.generators:resnet", "main_G_path": "resnet.pth", "cut": "3:16", "skip_idx_start": 5},
        **{"refresh": "fixed", "max_interval": 4, "hold": 0.1, "which_epoch": "latest"},
    }
