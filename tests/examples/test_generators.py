"""The generators that the tutorial trains: their files, and the program that writes these."""

import sys

import pytest
import torch

from examples import train_generator
from examples.generators import ResNet, UNet, resnet, unet
from tests.helpers.runs import save, stripes


def test_pictures_keep_the_size_of_frames():
    frame = torch.zeros(2, 3, 32, 64)
    assert UNet(4, 5).eval()(frame).shape == ResNet(4, 1)(frame).shape == frame.shape


@pytest.mark.parametrize(("kind", "read"), [("unet", unet), ("resnet", resnet)])
def test_a_training_writes_a_file_that_the_generator_is_read_from(kind, read, tmp_path, monkeypatch, capsys):
    for domain in "AB":
        for k in range(2):
            save(tmp_path / "pairs" / "train" / domain / f"001_0000{k}.png", stripes(k, 0))
    flags = ["--pairs", tmp_path / "pairs", "--width", 4, "--levels", 2, "--side", 16, "--steps", 2, "--gpu_ids", -1]
    words = [kind, tmp_path / "out.pth", *flags, "--amp", "bf16"]
    monkeypatch.setattr(sys, "argv", ["train_generator.py", *map(str, words)])
    assert train_generator.main() == 0 and "step 2/2" in capsys.readouterr().out
    assert read(tmp_path / "out.pth")(torch.zeros(1, 3, 16, 16)).shape == (1, 3, 16, 16)


def test_a_file_of_another_program_is_refused(tmp_path):
    torch.save({"0.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="other.pth is no file of examples/train_generator.py"):
        unet(tmp_path / "other.pth")
