import subprocess
import sys

import torch

from models.teachers.recycle_gan import ResnetGenerator, from_published
from tests.helpers.runs import ROOT
from util import checkpoint


def store(source, target):
    command = [sys.executable, str(ROOT / "scripts" / "store_half.py"), str(source), str(target)]
    return subprocess.run(command, capture_output=True, text=True, cwd=target.parent)


def test_a_teacher_takes_half_the_space_and_loads_as_float32(tmp_path):
    torch.manual_seed(0)
    whole = ResnetGenerator(ngf=8, n_blocks=1)
    checkpoint.save(tmp_path / "whole.pth", whole.state_dict())
    assert store(tmp_path / "whole.pth", tmp_path / "half.pth").returncode == 0
    sizes = [(tmp_path / name).stat().st_size for name in ("whole.pth", "half.pth")]
    assert sizes[1] < 0.6 * sizes[0]
    loaded = from_published(checkpoint.load(tmp_path / "half.pth"))
    for old, new in zip(whole.parameters(), loaded.parameters(), strict=True):
        assert new.dtype == torch.float32 and torch.equal(new, old.half().float())


def test_what_float16_cannot_hold_is_refused_and_nothing_is_written(tmp_path):
    checkpoint.save(tmp_path / "whole.pth", {"model.1.weight": torch.tensor([1e6])})
    done = store(tmp_path / "whole.pth", tmp_path / "half.pth")
    assert done.returncode == 1 and "model.1.weight" in done.stderr and not (tmp_path / "half.pth").exists()


def test_a_checkpoint_with_more_than_weights_is_refused(tmp_path):
    checkpoint.save(tmp_path / "whole.pth", {"kind": "shortcut", "block": {"w": torch.ones(2)}})
    done = store(tmp_path / "whole.pth", tmp_path / "half.pth")
    assert done.returncode == 1 and "kind, block" in done.stderr
