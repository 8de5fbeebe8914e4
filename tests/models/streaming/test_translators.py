import pytest
import torch

from models.shortcut.inference import optimize
from models.streaming.refresh import Adaptive, Every
from models.streaming.stages import eager
from models.streaming.translators import Translators
from tests.helpers.tiny import block, teacher


@pytest.fixture
def made():
    """(translators, list of the shapes for which stages were made)."""
    shapes = []

    def new_stages(x):
        shapes.append(tuple(x.shape))
        return eager(teacher().for_inference(), optimize(block(), "reference"))

    refreshes = {"shortcut": Every(3), "shortcut_adaptive": Adaptive(0.5, 12)}
    return Translators(new_stages, refreshes, torch.device("cpu"), refresh_output="shortcut"), shapes


def test_each_translator_has_its_policy_and_stages_of_its_own(made):
    translators, shapes = made
    both = translators.of((24, 16))
    assert list(both) == translators.names == ["shortcut", "shortcut_adaptive"]
    assert both["shortcut"].refresh.max_interval == 3 and both["shortcut_adaptive"].refresh.threshold == 0.5
    assert both["shortcut"].stages is not both["shortcut_adaptive"].stages
    assert {one.refresh_output for one in both.values()} == {"shortcut"} and shapes == [(1, 3, 16, 24)] * 2


def test_those_of_one_size_are_kept_until_another_comes(made):
    translators, shapes = made
    first = translators.of((24, 16))
    assert translators.of((24, 16)) is first and len(shapes) == 2
    translators.of((16, 16))
    assert translators.of((24, 16)) is not first and len(shapes) == 6
