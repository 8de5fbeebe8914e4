import pytest
import torch
from torch import nn

from models.training.task import Task
from models.training.trainer import Trainer


class Still(Trainer):
    """Has nothing to train."""

    def __init__(self):
        super().__init__([])

    def _step(self, *inputs):
        return {"total": inputs[0].sum()}


class Pairs(Task):
    input_names = ("b", "a")

    def preview(self, b, a):
        return b[0]

    def export(self):
        return {"net": nn.Linear(1, 1).state_dict()}


def task():
    return Pairs(Still(), None, torch.device("cpu"), {}, {})


def test_inputs_are_those_of_a_step_in_its_order_and_nothing_else():
    a, b = torch.zeros(2), torch.ones(2)
    first, second = task().inputs({"a": a, "skipped": ["file"], "b": b})
    assert first is b and second is a


def test_images_get_the_type_of_the_weights_and_class_ids_keep_theirs():
    made = task()
    made.trainer.to(torch.float64)
    image, ids = made.inputs({"a": torch.zeros(2, dtype=torch.int64), "b": torch.ones(2)})
    assert (image.dtype, ids.dtype) == (torch.float64, torch.int64)


def test_a_task_without_a_validation_has_no_scores():
    assert task().validate() == ({}, [])


def test_a_task_without_a_preview_or_an_export_cannot_be_made():
    class Unfinished(Task):
        input_names = ("a",)

    with pytest.raises(TypeError, match="export.*preview"):
        Unfinished(Still(), None, torch.device("cpu"), {}, {})
