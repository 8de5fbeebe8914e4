"""What the check of published VToonify files says."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from models.teachers.vtoonify.face_parsing import BiSeNet
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.style_encoder import StyleEncoder
from tests.helpers.runs import ROOT

PROGRAM = ROOT / "scripts" / "vtoonify_weights.py"


@pytest.fixture
def folder(tmp_path):
    """All four kinds, the generator complete as published, but small where they can be."""
    (tmp_path / "cartoon").mkdir()
    torch.save({"g_ema": VToonify("toonify", 16, complete=True).state_dict()}, tmp_path / "cartoon" / "vtoonify_s.pt")
    encoder = {f"encoder.{key}": value for key, value in StyleEncoder(16).state_dict().items()}
    torch.save({"state_dict": encoder, "latent_avg": torch.zeros(128)}, tmp_path / "encoder.pt")
    torch.save(BiSeNet().state_dict(), tmp_path / "faceparsing.pth")
    np.save(tmp_path / "exstyle_code.npy", {"a.jpg": np.zeros((1, 18, 16), np.float32)})
    return tmp_path


def checked(folder):
    ran = subprocess.run([sys.executable, str(PROGRAM), str(folder)], capture_output=True, text=True)
    return ran.returncode, ran.stdout.splitlines()


def test_whole_files_are_told_with_their_fingerprints_and_a_damaged_one_is_wrong(folder):
    status, lines = checked(folder)
    assert status == 0 and [line.split()[0] for line in lines] == ["ok"] * 4
    assert "toonify of width 16" in lines[0] and "1 examples" in lines[1]
    assert all("fingerprint" in line for line in lines if "exstyle" not in line)
    weights = BiSeNet().state_dict()
    weights.pop("conv_out.conv_out.weight")
    torch.save(weights, folder / "faceparsing.pth")
    status, lines = checked(folder)
    assert status == 1 and lines[3].startswith("wrong") and "1 missing: conv_out.conv_out.weight" in lines[3]


def test_what_is_missing_is_told_with_its_flag_and_its_source(tmp_path):
    ran = subprocess.run(
        ["bash", str(PROGRAM.parent / "vtoonify" / "check_weights.sh"), str(tmp_path)],
        capture_output=True,
        text=True,
        env={"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"},
    )
    lines = ran.stdout.splitlines()
    assert ran.returncode == 1 and [line.split()[0] for line in lines] == ["missing"] * 4, ran.stderr
    for line, flag in zip(
        lines, ("--main_G_path", "--exstyle_path", "--style_encoder_path", "--faceparsing_path"), strict=True
    ):
        assert flag in line and "github.com/williamyang1991/VToonify" in line
