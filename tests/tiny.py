"""Real networks small enough for tests."""

import torch
from torch import Tensor

from models.shortcut.block import ShortcutBlock
from models.shortcut.init import initialise
from models.teachers.base import Teacher
from models.teachers.recycle_gan import ResnetGenerator

NGF = 4
SHAPE = {"feat_ch": 2 * NGF, "h_dim": 8, "num_dg": 1, "g_layers": 1, "l_layers": 1}
SHAPE |= {"offset_g_size": 1, "offset_l_size": 3, "adabd_dilation": 1}


def generator(seed: int = 0) -> ResnetGenerator:
    torch.manual_seed(seed)
    return ResnetGenerator(NGF, n_blocks=1)


def teacher(seed: int = 0) -> Teacher:
    return generator(seed).cut()


def block(seed: int = 0) -> ShortcutBlock:
    torch.manual_seed(seed)
    return initialise(ShortcutBlock(**SHAPE))


def video(frames: int = 7, height: int = 16, width: int = 24, seed: int = 0) -> Tensor:
    """frames x [1, 3, height, width] in [-1, 1]."""
    return torch.rand(frames, 1, 3, height, width, generator=torch.Generator().manual_seed(seed)) * 2 - 1
