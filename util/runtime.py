"""The one place that sets global state: seeds, and the device everything runs on."""

import contextlib
import ctypes
import os
import platform
import random
from pathlib import Path

import numpy as np
import torch


def prepare(seed: int, gpu_ids: str | None) -> torch.device:
    """The device to use, after seeding torch, numpy and random.

    Args:
        gpu_ids: None for the first GPU if there is one, else the CPU; "-1" for the CPU; "0", "1", ... for that GPU.

    Raises:
        ValueError: there is no such GPU, or more than one is named.
    """
    device = _device(gpu_ids)
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = True  # frame sizes do not change within a run
    return device


def _device(gpu_ids: str | None) -> torch.device:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if gpu_ids is None:
        return torch.device("cuda:0" if count else "cpu")
    if gpu_ids.strip() == "-1":
        return torch.device("cpu")
    if not gpu_ids.strip().isdecimal():
        raise ValueError(f"gpu_ids must be one number, -1 for the CPU (one device only), got {gpu_ids!r}")
    if int(gpu_ids) >= count:
        raise ValueError(f"gpu_ids {gpu_ids} asks for a GPU this machine lacks: it has {count}; -1 is the CPU")
    return torch.device(f"cuda:{int(gpu_ids)}")


def machine() -> dict[str, object]:
    """Facts a measurement should be read with: platform, CPU, cores this process may use, GPU, versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "platform": platform.platform(),
        "cpu": _cpu_name(),
        "cores": cores,
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def trim_memory() -> None:
    """Give what was freed back to the system, where the C library is glibc, which would keep it; elsewhere nothing."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
