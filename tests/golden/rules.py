"""Weights by rule: reference files of large networks do not store them, they name a salt instead."""

import math
import zlib
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

PLAIN = ("encoder.", "fusion_out.", "fusion_skip.")  # VToonify's ordinary, not equalised layers


def normal(salt: str, key: str, shape: tuple[int, ...]) -> Tensor:
    """The standard normal numbers that belong to a name, float64."""
    random = np.random.RandomState(zlib.crc32(f"{salt}/{key}".encode()))
    return torch.from_numpy(np.asarray(random.standard_normal(shape)))


def by_rule(module: nn.Module, salt: str, rule: Callable[[nn.Module, str, Tensor], Tensor]) -> dict[str, Tensor]:
    """A state dict for `module`, which may be on the meta device; its keys and shapes are all that counts."""
    weights = {}
    for key, value in module.state_dict().items():
        owner = module.get_submodule(key.rpartition(".")[0])
        weights[key] = rule(owner, key, normal(salt, key, tuple(value.shape))).to(value.dtype)
    return weights


def vtoonify(_: nn.Module, key: str, v: Tensor) -> Tensor:
    if key.endswith("kernel"):
        row = torch.tensor([1.0, 3.0, 3.0, 1.0])
        return torch.outer(row, row) / 16
    if v.ndim >= 2:
        return v / _root_of_fan_in(v) if key.startswith(PLAIN) or ".norm" in key else v
    return 1 + 0.1 * v if key.endswith("modulation.bias") else 0.1 * v


def front_end(owner: nn.Module, key: str, v: Tensor) -> Tensor:
    name = key.rpartition(".")[2]
    if name == "num_batches_tracked":
        return torch.zeros_like(v)
    if isinstance(owner, nn.BatchNorm2d):
        return {"weight": 1 + 0.1 * v, "running_var": 0.5 + v.abs()}.get(name, 0.1 * v)
    if isinstance(owner, nn.PReLU):
        return 0.25 + 0.05 * v
    if name == "bias":
        return 0.1 * v
    return v / _root_of_fan_in(v) if v.ndim == 4 else v


def _root_of_fan_in(v: Tensor) -> float:
    return math.sqrt(math.prod(v.shape[1:]))
