"""The page offers what translate.sh knows, and runs it as the sliders say."""

from math import inf

import pytest
import torch

from scripts.demo.models import LARGEST_THRESHOLD, LONGEST_INTERVAL, Models, Refresh
from tests.helpers.models import model

CPU = torch.device("cpu")


@pytest.fixture
def runs(tmp_path):
    for name, threshold in (("fitted", 0.5), ("plain", None)):
        model(tmp_path / "runs" / name, threshold)
    return tmp_path / "runs"


@pytest.fixture
def models(runs):
    return Models({"checkpoints_dir": str(runs)}, CPU)


def test_all_runs_are_offered_and_a_folder_beside_them(models, runs):
    (runs / "teacher").mkdir()
    assert models.names("plain") == ["fitted", "plain"]
    assert models.names("/elsewhere") == ["/elsewhere", "fitted", "plain"]


def test_the_sliders_begin_as_the_model_says(models):
    assert models.refresh("fitted") == (4, 0.5)
    assert models.refresh("plain") == (3, LARGEST_THRESHOLD)


def test_the_sliders_decide(models):
    policy = models.load("fitted", Refresh(LONGEST_INTERVAL, 0.25)).networks.refresh
    assert (policy.max_interval, policy.threshold) == (LONGEST_INTERVAL, 0.25)
    assert models.load("fitted", Refresh(2, LARGEST_THRESHOLD)).networks.refresh.threshold == inf


def test_networks_are_loaded_once(models):
    first = models.load("fitted")
    assert models.load("fitted", Refresh(2, 0.1)).pair is first.pair
    assert models.load("plain").pair is not first.pair


def test_what_is_no_model_is_told(models):
    with pytest.raises(ValueError, match="--model none: no such model"):
        models.load("none")
