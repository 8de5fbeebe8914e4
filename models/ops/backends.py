"""The ways to compute the operators of this package, and which one is used where."""

import warnings
from functools import cache

import torch
from torch import Tensor

from models.ops import native
from models.ops import torchvision as vision
from models.ops import triton as triton_fused

BACKENDS = ("auto", "reference", "cpu", "native", "triton", "torchvision")
AUTO_ON_CUDA = "torchvision"  # becomes "triton" when a measurement in docs/benchmarks shows it to be faster


def choose(backend: str, device: torch.device) -> str:
    """The backend that computes on `device` when `backend` is asked for, never "auto".

    "auto" is "native" on the CPU, or "cpu" where its library cannot be compiled; AUTO_ON_CUDA on CUDA if it can be
    imported, otherwise "reference". Where "triton" or "native" cannot run it gives way to "auto", with a warning.

    Raises:
        ValueError: an unknown backend.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
    if backend == "triton" and not triton_fused.available(device):
        _say_that_auto_takes_its_place(backend, triton_fused.NEEDS, device.type)
        backend = "auto"
    if backend == "native" and device.type != "cpu":
        _say_that_auto_takes_its_place(backend, "needs a CPU", device.type)
        backend = "auto"
    if device.type == "cpu" and backend in ("auto", "native"):
        return "native" if native.available() else "cpu"
    if backend != "auto":
        return backend
    return AUTO_ON_CUDA if device.type == "cuda" and vision.available() else "reference"


def choose_for(backend: str, *inputs: Tensor | None) -> str:
    """As `choose` for the device of the first of `inputs`; "cpu" in place of a "native" that does not take them."""
    chosen = choose(backend, inputs[0].device)
    return "cpu" if chosen == "native" and not native.takes(*inputs) else chosen


@cache  # once, whatever the warning filters: this is asked on every frame
def _say_that_auto_takes_its_place(backend: str, needs: str, device: str) -> None:
    warnings.warn(f"backend {backend!r} {needs}; on {device} 'auto' takes its place", stacklevel=3)
