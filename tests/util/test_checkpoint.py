import os
import pickle
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from util import __version__, checkpoint

ROOT = Path(__file__).resolve().parents[2]
FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import torch
from util import __version__, checkpoint

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write past the limit then fails as on a full disk
for limit in (400_000, 100_000, 100):  # the last bytes of the archive, the tensor's data, the first bytes
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        checkpoint.save(Path(sys.argv[1]), {"weight": torch.ones(100_000), "small": torch.ones(3)})
    except OSError as error:
        print(error)
"""


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "a.pt"
    state = {"net": {"w": torch.randn(2, 3)}, "config": {"ngf": 8, "name": "x"}, "steps": [1, 2], "best": None}
    checkpoint.save(path, state)
    loaded = checkpoint.load(path)
    torch.testing.assert_close(loaded.pop("net"), state.pop("net"), rtol=0, atol=0)
    assert loaded == state and os.listdir(tmp_path) == ["a.pt"]


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path):
    path = tmp_path / "a.pt"
    checkpoint.save(path, {"step": 1})
    run = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], cwd=ROOT, capture_output=True, text=True)
    message = f"[Errno 27] cannot write {path} (File too large); the old file is intact"
    assert run.stdout.splitlines() == 3 * [message], run.stderr
    assert checkpoint.load(path) == {"step": 1} and os.listdir(tmp_path) == ["a.pt"]


def test_an_object_that_cannot_be_saved_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.pt"
    checkpoint.save(path, {"step": 1})
    with pytest.raises((AttributeError, pickle.PicklingError)):
        checkpoint.save(path, {"step": lambda: 2})
    assert checkpoint.load(path) == {"step": 1} and os.listdir(tmp_path) == ["a.pt"]


class Touch:
    """Makes a file wherever it is unpickled without care."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("write", [torch.save, lambda state, path: path.write_bytes(pickle.dumps(state, 2))])
def test_a_malicious_pickle_is_refused_and_not_executed(tmp_path, write):
    path, victim = tmp_path / "evil.pth", tmp_path / "victim"
    write({"model.1.weight": torch.zeros(2), "x": Touch(victim)}, path)
    told = r"refused .*evil\.pth: holds something other than tensors and plain values \((builtins\.getattr, |torch\.)"
    with pytest.raises(ValueError, match=told):
        checkpoint.load(path)
    assert not victim.exists()
    torch.load(path, weights_only=False) if write is torch.save else pickle.loads(path.read_bytes())
    assert victim.exists()  # the file was a real threat


def test_a_missing_checkpoint_lists_those_beside_it(tmp_path):
    for name in ("last.pt", "best.pth", "notes.txt"):
        (tmp_path / name).touch()
    with pytest.raises(FileNotFoundError, match=r"no checkpoint .*none\.pt; .* has best\.pth, last\.pt$"):
        checkpoint.load(tmp_path / "none.pt")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        checkpoint.load(tmp_path / "gone" / "none.pt")


def test_a_truncated_checkpoint_is_called_damaged(tmp_path):
    path = tmp_path / "a.pt"
    checkpoint.save(path, {"w": torch.randn(1000)})
    whole = path.read_bytes()
    for size in (0, 1, 2000, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"a\.pt"):
            checkpoint.load(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    text, tensor = tmp_path / "a.pt", tmp_path / "b.pt"
    text.write_text("hello, I am a text\n")
    torch.save(torch.zeros(2), tensor)
    with pytest.raises(ValueError, match=r"a\.pt is damaged .* or no checkpoint"):
        checkpoint.load(text)
    with pytest.raises(ValueError, match="holds a Tensor, a checkpoint is a dictionary"):
        checkpoint.load(tensor)


def test_a_fingerprint_sees_keys_values_shapes_and_types_but_not_order():
    state = {"a": torch.arange(6.0), "b": torch.zeros(()), "n": torch.tensor(3), "empty": torch.zeros(0)}
    same = dict(reversed([(k, v.clone()) for k, v in state.items()]))
    mark = checkpoint.fingerprint(state)
    assert len(mark) == 16 and checkpoint.fingerprint(same) == mark
    others = [
        {**state, "a": torch.arange(6.0) + 1e-6 * (torch.arange(6) == 5)},
        {**state, "a": torch.arange(6.0).view(2, 3)},
        {**state, "a": torch.arange(6.0).bfloat16()},
        {**{k: v for k, v in state.items() if k != "b"}, "c": state["b"]},
    ]
    assert len({mark, *map(checkpoint.fingerprint, others)}) == 5


def test_a_fingerprint_reads_values_not_memory_layout():
    x = torch.randn(2, 3, 4, 5)
    assert checkpoint.fingerprint({"x": x.to(memory_format=torch.channels_last)}) == checkpoint.fingerprint({"x": x})


@pytest.mark.parametrize("state", [{}, {"format": 1}, {"format": 2, "version": "1.4.0"}])
def test_formats_up_to_the_newest_are_read(state):
    checkpoint.check_format(state, 2, "training state")


def test_a_newer_format_is_refused_with_the_versions():
    with pytest.raises(ValueError) as told:
        checkpoint.check_format({"format": 3, "version": "7.1.0"}, 2, "training state")
    assert str(told.value) == (
        f"the training state has format 3, written by version 7.1.0, and this version, {__version__}, reads up to "
        "format 2: update this program"
    )


def layers():
    return nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2), nn.PReLU(2))


def test_a_module_on_the_meta_device_takes_the_tensors_themselves():
    weights = layers().state_dict()
    with torch.device("meta"):
        empty = layers()
    loaded = checkpoint.load_weights(empty, weights, "layers")
    assert loaded[0].weight.data_ptr() == weights["0.weight"].data_ptr()
    assert loaded[0].weight.requires_grad


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_weights_stored_as_float16_are_computed_with_as_float32(device):
    weights = {key: value.half() for key, value in layers().state_dict().items()}
    with torch.device(device):
        module = layers()
    loaded = checkpoint.load_weights(module, weights, "layers")
    assert loaded[0].weight.dtype == torch.float32 and torch.equal(loaded[0].weight, weights["0.weight"].float())


def test_every_kind_of_difference_is_told_at_once():
    weights = layers().state_dict()
    del weights["2.weight"]
    weights |= {"0.bias": torch.zeros(4), "3.bias": torch.zeros(1)}
    with pytest.raises(ValueError) as told:
        checkpoint.load_weights(layers(), weights, "three layers")
    assert str(told.value) == (
        "the weights do not fit three layers: 1 missing: 2.weight; 1 unexpected: 3.bias; "
        "1 of another shape: 0.bias [4] instead of [3]"
    )


def test_keys_that_differ_in_numbers_or_last_names_are_one_group():
    keys = [f"body.{i}.conv.{name}" for i in range(9) for name in ("weight", "bias")]
    assert checkpoint.grouped([*keys, "head.weight"]) == "body.0.conv.weight (x 18), head.weight"


def test_a_long_list_is_cut():
    assert checkpoint.grouped(f"{name}.weight" for name in "abcdefg").endswith("e.weight and 2 more kinds")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused_by_name(tmp_path, bad):
    checkpoint.save(tmp_path / "a.pt", {"net": {"w": torch.ones(2), "b": torch.tensor([0.0, bad])}})
    with pytest.raises(ValueError, match="a.pt is of no use: NaN or infinite numbers in net.b$"):
        checkpoint.load(tmp_path / "a.pt")


def test_weights_of_another_kind_are_refused():
    with pytest.raises(ValueError, match="the weights of a line are no dictionary but a list"):
        checkpoint.check_weights([1], nn.Linear(1, 1).state_dict(), "a line")
    weights = {**nn.Linear(1, 1).state_dict(), "bias": 3}
    with pytest.raises(ValueError, match="the weights do not fit a line: 1 no tensors: bias"):
        checkpoint.check_weights(weights, nn.Linear(1, 1).state_dict(), "a line")


class Own:
    """Stands for a class of the program that wrote a file."""


OLD_FORMAT = {"_use_new_zipfile_serialization": False}


@pytest.mark.parametrize("options", [{}, OLD_FORMAT], ids=["zip", "old"])
def test_flags_and_numbers_of_a_training_do_no_harm(tmp_path, options):
    state = {"w": torch.ones(2), "args": Namespace(lr=1e-4), "best": np.float64(3), "step": np.int64(7)}
    torch.save(state, tmp_path / "net.pth", **options)
    loaded = checkpoint.load(tmp_path / "net.pth")
    assert loaded.keys() == {"w", "best", "step"} and (loaded["best"], loaded["step"]) == (3, 7)


@pytest.mark.parametrize("options", [{}, OLD_FORMAT], ids=["zip", "old"])
@pytest.mark.parametrize("inside", [lambda one: one, lambda one: Namespace(model=one)])
def test_an_object_is_named_with_a_cure_that_works(tmp_path, options, inside):
    path = tmp_path / "net work.pth"
    torch.save({"w": torch.ones(2), "x": inside(Own())}, path, **options)
    with pytest.raises(ValueError) as error:
        checkpoint.load(path)
    told = str(error.value)
    assert f"({Own.__module__}.Own)" in told and "nothing in it was executed" in told
    cure = told.partition("new file:\n")[2]
    assert len(cure.splitlines()) == 2
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = cure.strip().replace("python", sys.executable, 1)
    subprocess.run(["bash", "-c", command], env=env, check=True)
    assert checkpoint.load(tmp_path / "net work_tensors.pth").keys() == {"w"}
