import pytest
import torch

from models.shortcut import BLOCKS
from options.build.tasks.shortcut_v2v import new_task
from options.train_options import TrainOptions
from tests.helpers.runs import distil


def built(folder, *flags):
    return new_task(TrainOptions().parse(distil(folder, *flags)), torch.device("cpu"))


def test_the_operator_that_is_asked_for_trains_the_block(tmp_path):
    task = built(tmp_path, "--deform_backend", "reference")
    block = task.trainer.networks["ShortcutV2V"]
    assert block.adabd.backend == block.alignment.backend == "reference"


@pytest.mark.parametrize("form", BLOCKS)
def test_a_new_block_has_the_form_that_is_asked_for(tmp_path, form):
    task = built(tmp_path, "--block", form, "--init_type", "reuse", "--h_dim", "16", "--lambda_L2_out", "3")
    assert type(task.trainer.networks["ShortcutV2V"]) is BLOCKS[form] and task.trainer.weights.squared == 3
    assert type(built(tmp_path).trainer.networks["ShortcutV2V"]) is BLOCKS["published"]


def test_what_a_full_size_block_cannot_be_is_refused(tmp_path):
    with pytest.raises(ValueError, match="offset_g_size must be 1"):
        built(tmp_path, "--block", "full_size", "--offset_g_size", "3")


@pytest.mark.parametrize("form", BLOCKS)
def test_costs_are_those_of_the_block_as_it_will_run(tmp_path, form):
    macs = built(tmp_path, "--block", form).facts["MACs"]
    assert macs["extra"] > 0
    assert macs["skipped"] == macs["head"] + macs["block"] + macs["tail"] < macs["teacher"] + macs["block"]


def test_a_run_may_go_on_with_another_operator(tmp_path):
    assert built(tmp_path).settings == built(tmp_path, "--deform_backend", "reference").settings
