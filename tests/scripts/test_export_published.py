import subprocess
import sys

import torch

from models.shortcut.checkpoint import to_checkpoint
from models.shortcut.official import to_published
from tests.helpers.runs import ROOT
from tests.helpers.tiny import block
from util import checkpoint


def export(source, target):
    command = [sys.executable, str(ROOT / "scripts" / "export_published.py"), str(source), str(target)]
    return subprocess.run(command, capture_output=True, text=True, cwd=target.parent)


def test_a_published_file_comes_back_bit_identical_but_for_its_dead_tensors(tmp_path):
    torch.manual_seed(0)
    published = {key: torch.randn_like(value) for key, value in to_published(block()).items()}
    checkpoint.save(tmp_path / "in.pth", {f"module.{key}": value for key, value in published.items()})
    assert export(tmp_path / "in.pth", tmp_path / "out.pth").returncode == 0
    written = checkpoint.load(tmp_path / "out.pth")
    assert written.keys() == published.keys()
    for key, value in published.items():
        expected = torch.zeros_like(value) if key.startswith("global_deform_conv.offset_conv.") else value
        assert torch.equal(written[key], expected), key


def test_our_checkpoint_is_written_with_published_names(tmp_path):
    checkpoint.save(tmp_path / "ours.pth", to_checkpoint(block(), "0" * 16, (5, 17)))
    assert export(tmp_path / "ours.pth", tmp_path / "out.pth").returncode == 0
    expected = to_published(block())
    written = checkpoint.load(tmp_path / "out.pth")
    assert all(torch.equal(written[key], value) for key, value in expected.items())


def test_a_file_that_is_no_shortcut_is_refused(tmp_path):
    checkpoint.save(tmp_path / "other.pth", {"model.1.weight": torch.zeros(1)})
    ended = export(tmp_path / "other.pth", tmp_path / "out.pth")
    assert ended.returncode == 1 and "not a Shortcut checkpoint" in ended.stderr and not (tmp_path / "out.pth").exists()


def test_a_full_size_block_is_refused_with_the_reason(tmp_path):
    checkpoint.save(tmp_path / "ours.pth", to_checkpoint(block("full_size"), "0" * 16, (5, 17)))
    ended = export(tmp_path / "ours.pth", tmp_path / "out.pth")
    assert ended.returncode == 1 and "only the published form of the block has published keys" in ended.stderr
    assert "Traceback" not in ended.stderr and not (tmp_path / "out.pth").exists()
