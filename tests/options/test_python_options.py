"""The flags of translate.py as keyword arguments."""

import pytest
import torch

from options.python_options import IN_MEMORY, InMemoryOptions, PythonOptions, device_named
from tests.helpers.models import model


def test_a_model_says_how_it_runs_and_a_keyword_wins(tmp_path):
    folder = model(tmp_path / "runs" / "tiny", threshold=0.5)
    opt = PythonOptions().of(str(folder), {})
    assert (opt.refresh, opt.run_dir, opt.teacher) == ("adaptive", folder, "recycle_gan")
    given = {"refresh": "fixed", "max_interval": 5, "hold": 0.25, "cuda_graphs": False, "amp": None}
    opt = PythonOptions().of(str(folder), given)
    assert (opt.refresh, opt.max_interval, opt.hold, opt.cuda_graphs, opt.amp) == ("fixed", 5, 0.25, False, "off")


def test_a_run_lies_in_checkpoints_dir(tmp_path):
    folder = model(tmp_path / "runs" / "tiny")
    assert PythonOptions().of("tiny", {"checkpoints_dir": tmp_path / "runs"}).run_dir == folder


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"out": "a.mp4"}, "a model has no option out; it has .*amp"),
        ({"max_interval": 0}, "--max_interval must be a whole number .*, got '0'"),
        ({"cuda_graphs": "yes"}, "cuda_graphs must be true or false"),
        ({"refresh": "sometimes"}, "--refresh must be one of"),
    ],
)
def test_what_is_wrong_is_a_value_error(flags, told):
    with pytest.raises(ValueError, match=told):
        PythonOptions().of("demo_v2c", flags)


def test_a_generator_in_memory():
    assert InMemoryOptions().of("", {}).refresh == "fixed"
    opt = InMemoryOptions().of("", {"refresh_threshold": 0.2})
    assert (opt.teacher, opt.refresh) == (IN_MEMORY, "adaptive")


def test_devices():
    assert device_named("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match="got 'gpu'"):
        device_named("gpu")
