"""Files such as a user gives for FID and FVD: TorchScript modules that are called as the published networks are."""

import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Inception(nn.Module):
    """Means of 4 x 4 cells per channel, in 0..1, filled up to 2,048 entries."""

    def forward(self, x: Tensor, return_features: bool = False) -> Tensor:
        assert x.dtype == torch.uint8 and return_features
        return F.pad(F.adaptive_avg_pool2d(x.float() / 255, (4, 4)).flatten(1), (0, 2048 - 48))


class I3d(nn.Module):
    """Means of 4 x 2 x 2 cells per channel in -1..1, and their differences in time, filled up to 400 entries."""

    def forward(self, x: Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False) -> Tensor:
        assert x.dtype == torch.uint8 and x.shape[2] == 16 and rescale and resize and return_features
        cells = F.adaptive_avg_pool3d(x.float() / 127.5 - 1, (4, 2, 2))
        return F.pad(torch.cat([cells.flatten(1), cells.diff(dim=2).flatten(1)], dim=1), (0, 400 - 84))


class Unpooled(nn.Module):
    """A network of another kind: takes the call, gives a map."""

    def forward(self, x: Tensor, return_features: bool = False) -> Tensor:
        return x.float()


def save(module: nn.Module, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # TorchScript is deprecated; the published files are in it
        torch.jit.save(torch.jit.script(module), str(path))
    return path
