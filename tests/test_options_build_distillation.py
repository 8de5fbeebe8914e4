import torch

from options.build_distillation import distillation
from options.train_options import TrainOptions
from tests.runs import distil


def built(folder, *flags):
    return distillation(TrainOptions().parse(distil(folder, *flags)), torch.device("cpu"))


def test_the_operator_that_is_asked_for_trains_the_block(tmp_path):
    run = built(tmp_path, "--deform_backend", "reference")
    block = run.trainer.networks["ShortcutV2V"]
    assert block.adabd.backend == block.alignment.backend == "reference"


def test_costs_are_those_of_the_block_as_it_will_run(tmp_path):
    macs = built(tmp_path).facts["MACs"]
    assert macs["skipped"] == macs["head"] + macs["block"] + macs["tail"] < macs["teacher"] + macs["block"]


def test_a_run_may_go_on_with_another_operator(tmp_path):
    assert built(tmp_path).settings == built(tmp_path, "--deform_backend", "reference").settings
