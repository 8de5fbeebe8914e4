"""A tiny teacher of the published depth, and its features on tiny clips, for what works on cached features."""

from pathlib import Path

import torch

from data import find_clips
from models.teachers.base import Teacher
from models.teachers.recycle_gan import ResnetGenerator
from scripts.ablation.features import Features
from tests.helpers.runs import viper

CUT = (5, 17)


def generator() -> ResnetGenerator:
    torch.manual_seed(0)
    return ResnetGenerator(ngf=4, n_blocks=6)


def teacher(cut: tuple[int, int] = CUT) -> Teacher:
    return generator().cut(*cut)


def features(folder: Path, split: str = "train", **clips) -> Features:
    """Of the clips of `tests.helpers.runs.viper`, which are made on the first call."""
    if not (folder / "Viper").exists():
        viper(folder, **clips)
    return Features(teacher(), find_clips("v2c", folder, split))
