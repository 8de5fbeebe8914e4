"""What the suggester says of its own measurement."""

import re

import pytest
import torch

from models.evaluation.splits.candidates import candidates
from models.evaluation.splits.suggest import Split, Suggestion
from models.evaluation.splits.times import PartTimes
from models.teachers.any_generator.graph import layer_graph
from scripts.suggest_split.table import doubts
from tests.helpers.generators import made, row


@pytest.mark.parametrize(
    ("measured", "told"),
    [(9.0, ""), (11.5, ""), (7.0, "predicted and measured times differ"), (30.0, "does not pay.*times differ")],
)
def test_a_measurement_that_contradicts_itself_is_told(measured, told):
    frame = torch.rand(1, 3, 32, 32) * 2 - 1
    candidate = candidates(layer_graph(made(row), frame), frame)[0]
    split = Split(candidate, PartTimes(head=2, block=5, tail=3), ceiling=30.0, measured=measured)
    found = " ".join(doubts(Suggestion([split], split, generator_ms=20.0, pixels=25.0)))
    assert (found == "") == (told == "")
    assert not told or re.search(told, found)
