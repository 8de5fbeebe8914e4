"""The backends that compute the operators of this package, and which one is used where."""

import warnings
from functools import cache

import torch
from torch import Tensor

from models.ops import native
from models.ops import torchvision as torchvision_backend
from models.ops import triton as triton_backend

BACKENDS = ("auto", "reference", "cpu", "native", "triton", "torchvision")
AUTO_ON_CUDA = "torchvision"  # becomes "triton" when a measurement in docs/benchmarks shows it to be faster


def choose(backend: str, device: torch.device) -> str:
    """The backend that computes on `device` when `backend` is asked for, never "auto".

    On a CPU "auto" is "native", or "cpu" where the C library cannot be compiled. On CUDA it is AUTO_ON_CUDA if that can
    be imported. Otherwise it is "reference". Where "triton" or "native" cannot run, "auto" replaces it, with a warning.

    Raises:
        ValueError: an unknown backend.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
    if torch.compiler.is_exporting():
        return "torchvision"
    if backend == "triton" and not triton_backend.available(device):
        _warn_of_auto(backend, triton_backend.NEEDS, device.type)
        backend = "auto"
    if backend == "native" and device.type != "cpu":
        _warn_of_auto(backend, "needs a CPU", device.type)
        backend = "auto"
    if device.type == "cpu" and backend in ("auto", "native"):
        return "native" if native.available() else "cpu"
    if backend != "auto":
        return backend
    return AUTO_ON_CUDA if device.type == "cuda" and torchvision_backend.available() else "reference"


def choose_for(backend: str, first: Tensor, *others: Tensor | None) -> str:
    """As `choose` for the device of `first`; "cpu" in place of a "native" that does not support all the inputs."""
    chosen = choose(backend, first.device)
    return "cpu" if chosen == "native" and not native.supports(first, *others) else chosen


@cache  # once, whatever the warning filters: this is asked on every frame
def _warn_of_auto(backend: str, needs: str, device: str) -> None:
    warnings.warn(f"backend {backend!r} {needs}; on {device} 'auto' takes its place", stacklevel=3)
