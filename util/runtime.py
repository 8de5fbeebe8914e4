"""What concerns the whole process: seeds, device, memory, and how a program ends."""

import contextlib
import ctypes
import io
import os
import platform
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from util import distributed

STARTED = time.monotonic()  # about when this process began


def prepare(seed: int, gpu_ids: str | None) -> torch.device:
    """Seed torch, numpy and random; return the device to use.

    Args:
        gpu_ids: None for the first GPU if there is one, else the CPU; "-1" for the CPU; "0", "1", ... for that GPU;
            "mps" for Metal. Of several processes each takes the GPU of its number on the machine.

    Raises:
        ValueError: there is no such GPU, more than one is named, or several processes would share one.
    """
    device = _device(gpu_ids)
    keep_memory()
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = True  # frame sizes do not change within a run
    return device


def _device(gpu_ids: str | None) -> torch.device:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    local = distributed.local_rank()
    if gpu_ids is None and local >= count > 0:
        raise ValueError(f"every process needs a GPU of its own, but process {local + 1} of this machine finds {count}")
    if gpu_ids is None:
        return torch.device(f"cuda:{local}" if count else "cpu")
    if gpu_ids.strip() == "-1":
        return torch.device("cpu")
    if gpu_ids.strip() == "mps":
        return _metal()
    if not gpu_ids.strip().isdecimal():
        raise ValueError(f"gpu_ids must be one number, -1 for the CPU or mps (one device only), got {gpu_ids!r}")
    if distributed.is_parallel():
        raise ValueError(f"gpu_ids {gpu_ids} is one GPU for {distributed.world_size()} processes: leave the flag out")
    if int(gpu_ids) >= count:
        raise ValueError(f"gpu_ids {gpu_ids} asks for a GPU this machine lacks: it has {count}; -1 is the CPU")
    return torch.device(f"cuda:{int(gpu_ids)}")


def _metal() -> torch.device:
    if not torch.backends.mps.is_available():
        raise ValueError("gpu_ids mps asks for Metal, which this machine or its PyTorch lacks; -1 is the CPU")
    return torch.device("mps")


def machine() -> dict[str, object]:
    """The machine that a measurement was made on: platform, CPU, cores that this process may use, GPU, versions."""
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


def precision(amp: str, device: torch.device) -> torch.dtype | None:
    """The number format that `--amp` names on `device`; None is float32.

    "auto" is bf16 where the processor multiplies it faster than float32, on a CPU by avx512_bf16 or amx_bf16.
    """
    if amp == "auto":
        amp = "bf16" if computes_bf16(device) else "off"
    return {"off": None, "bf16": torch.bfloat16, "fp16": torch.float16}[amp]


def fast_types(device: torch.device) -> tuple[torch.dtype, ...]:
    """The number formats that `device` multiplies faster than float32, the more exact first."""
    half = (torch.float16,) if device.type == "cuda" else ()
    return (*half, torch.bfloat16) if computes_bf16(device) else half


def computes_bf16(device: torch.device) -> bool:
    """Whether the processor has instructions for bf16 products."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    flags = next((line for line in _cpu_info() if line.startswith("flags")), "").split()
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)


def keep_memory() -> None:
    """Let glibc keep freed memory for the next allocation: memory that it gives back costs a page fault per page later.

    It holds for this process; a child process has to call it again. With another C library it does nothing.
    Large blocks lie in the heap (M_MMAP_MAX 0), which is never cut (M_TRIM_THRESHOLD) and grows by 64 MiB (M_TOP_PAD).
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 64 << 20)):
            libc.mallopt(option, value)


def trim_memory() -> None:
    """Give freed memory back to the system, which glibc would keep; with another C library it does nothing."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def free_memory(device: torch.device) -> int | None:
    """Bytes that a network may still take on `device`, at most; None if the system does not say."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device)
    sources = {"/proc/meminfo": r"MemAvailable: +(\d+) kB", "/sys/fs/cgroup/memory.max": r"(\d+)"}
    found = []
    for (name, pattern), unit in zip(sources.items(), (1024, 1), strict=True):
        with contextlib.suppress(OSError):
            if match := re.search(pattern, Path(name).read_text()):
                found.append(int(match[1]) * unit)
    return min(found, default=None)


def _cpu_name() -> str:
    names = [line.split(":", 1)[1].strip() for line in _cpu_info() if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cpu_info() -> list[str]:
    info = Path("/proc/cpuinfo")
    return info.read_text().splitlines() if info.is_file() else []


INTERRUPTED = 130  # the exit status a shell gives a program that Ctrl-C ended
USER_ERRORS = (ValueError, OSError, FloatingPointError)
OUT_OF_MEMORY = "out of memory: {}; what takes less: a smaller picture, a smaller --batchSize (train.py), --amp bf16"


def finish(name: str, program: Callable[[], int], parallel: bool = False) -> None:
    """Run `program` and exit with its status; an error that the user can fix becomes one message and status 1.

    Args:
        parallel: torchrun may run it as several processes; any other program then ends with an error.
    """
    escape_letters()
    try:
        if not parallel:
            distributed.refuse(name)
        status = program()
        distributed.stop()
        sys.exit(status)
    except USER_ERRORS as error:
        if isinstance(error, BrokenPipeError):  # Python would fail again, when it flushes what nobody reads
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(f"{name}: error: {error}")
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        sys.exit(f"{name}: error: {OUT_OF_MEMORY.format(str(error).partition('. ')[0] or 'of the machine')}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if not _of_ffmpeg(error):
            raise
        sys.exit(f"{name}: error: FFmpeg: {error}")


def escape_letters() -> None:
    """From now on print every name in every locale: a letter that the terminal's encoding lacks is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _of_ffmpeg(error: Exception) -> bool:
    """Whether FFmpeg failed. Only some of its errors are ValueErrors or OSErrors."""
    return "av" in sys.modules and isinstance(error, sys.modules["av"].error.FFmpegError)


def out_of_memory(error: Exception) -> bool:
    """Whether the memory of the machine or of the GPU is used up. torch has no type of its own for the machine's."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
