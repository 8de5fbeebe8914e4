"""The cost of a network: multiply-accumulates, parameters, milliseconds, memory."""

import contextlib
import math
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn


def count_macs(fn: Callable[..., object], *inputs: object) -> int:
    """Count multiply-accumulates of convolutions, matrix products and deformable convolutions in `fn(*inputs)`.

    The count is of the operators that really run: a convolution that runs twice counts twice. A look-up
    (embedding_bag) and an element-wise operator count nothing.
    """
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=_own_formulas()) as counter:
        fn(*inputs)
    return counter.get_total_flops() // 2


def count_extra(fn: Callable[..., object], *inputs: object) -> int:
    """Count interpolation and comparison in `fn(*inputs)`: 4 per bilinear reading and channel, 1 per |difference|.

    The count is of the operators that really run. `count_macs` contains nothing of it.
    """
    from torch.utils.flop_counter import FlopCounterMode

    aten = torch.ops.aten
    formulas = {
        aten.grid_sampler_2d: _four_per_value,
        aten.upsample_bilinear2d: _four_per_value,
        aten._embedding_bag: _gathered,
        aten._embedding_bag_forward_only: _gathered,
        aten.gather: _one_per_value,  # four of them make one bilinear reading
        aten.abs: _one_per_value,
        aten.abs_: _one_per_value,
    } | dict.fromkeys(_torchvisions_operator(), _taps_read)
    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=formulas) as counter:
        fn(*inputs)
    counts = counter.get_flop_counts().get("Global", {})  # no entry at all where nothing was counted
    return sum(counts.get(operator, 0) for operator in formulas)


def _four_per_value(*_, out_shape: Sequence[int] = (), **__) -> int:
    return 4 * math.prod(out_shape)


def _one_per_value(*_, out_shape: Sequence[int] = (), **__) -> int:
    return math.prod(out_shape)


def _gathered(table_shape, _, sums_shape, *__, **___) -> int:
    """Weighted sums of rows, each a bilinear reading; blending with the current frame is not counted."""
    return 4 * sums_shape[0] * table_shape[1]


def _taps_read(x_shape, w_shape, *_, out_shape: Sequence[int] = (), **__) -> int:
    """A deformable convolution reads every input channel once for every tap and output pixel."""
    batch, _, height, width = out_shape
    return 4 * batch * height * width * x_shape[1] * math.prod(w_shape[2:])


def _own_formulas() -> dict:
    """Formulas for the flops of operators that torch's counter does not know."""
    aten = torch.ops.aten
    formulas = {aten.mv: _vector_flops, aten.dot: _vector_flops, aten.addmv: _added_vector_flops}
    return formulas | dict.fromkeys(_torchvisions_operator(), _deform_conv_flops)


def _torchvisions_operator() -> list:
    """torchvision's deformable convolution, or nothing where torchvision does not work."""
    with contextlib.suppress(ImportError, RuntimeError):  # RuntimeError: a torchvision built for another torch
        import torchvision.ops  # noqa: F401  (registers the operator: the counted function may be the first to use it)

        return [torch.ops.torchvision.deform_conv2d]
    return []


def _deform_conv_flops(x_shape, w_shape, *_, out_shape: Sequence[int] = (), **__) -> int:
    """2 * N * Hout * Wout * (Cout * Cin/groups * k * k)."""
    batch, _, height, width = out_shape
    return 2 * batch * height * width * math.prod(w_shape)


def _vector_flops(first_shape, *_, **__) -> int:
    """Flops of a matrix or a vector times a vector."""
    return 2 * math.prod(first_shape)


def _added_vector_flops(_, matrix_shape, *__, **___) -> int:
    return 2 * math.prod(matrix_shape)


def count_params(*modules: nn.Module) -> int:
    """Count the parameters of all modules together; a shared one counts once."""
    return sum({id(p): p.numel() for module in modules for p in module.parameters()}.values())


def saving(teacher: int, skipped: int, reference: int, interval: float) -> dict[str, float]:
    """Return how many times fewer MACs are computed than by the teacher on every frame.

    "skipped" is the saving of one skipped frame. "amortised" is that of `interval` frames (on average), one of them a
    reference frame.

    Raises:
        ValueError: the interval is below 1.
    """
    if interval < 1:
        raise ValueError(f"interval must be at least 1, got {interval}")
    mean = (reference + (interval - 1) * skipped) / interval
    return {"skipped": teacher / skipped, "amortised": teacher / mean}


def latency(
    cases: Mapping[str, Callable[[], object]],
    repeats: int,
    warmup: int,
    synchronize: Callable[[], object] | None = None,
) -> dict[str, dict[str, float]]:
    """Return median and 95th percentile of each case in ms: {name: {"median": ms, "p95": ms}}.

    The cases take turns, so that a machine that slows down slows all of them.

    Args:
        cases: functions to time; each is called warmup + repeats times.
        synchronize: waits until the device is idle; called before both readings of the clock.

    Raises:
        ValueError: fewer than 1 repeat.
    """
    if repeats < 1:
        raise ValueError(f"latency needs at least 1 repeat, got {repeats}")
    wait = synchronize or (lambda: None)
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(warmup + repeats):
        for name, case in cases.items():
            times[name].append(timed_ms(wait, case)[1])
    return {name: typical(values[warmup:]) for name, values in times.items()}


def typical(times: Sequence[float]) -> dict[str, float]:
    """Return {"median", "p95"} of measured times."""
    return {"median": float(np.median(times)), "p95": float(np.percentile(times, 95))}


def timed_ms(wait: Callable[[], object], case: Callable[..., object], *inputs: object) -> tuple[object, float]:
    """Return the result of `case(*inputs)` and the milliseconds it took; `wait` idles the device before and after."""
    wait()
    start = time.perf_counter()
    result = case(*inputs)
    wait()
    return result, (time.perf_counter() - start) * 1e3


def peak_memory_mb(device: torch.device) -> float:
    """Return the largest memory use so far in MiB: allocated by torch on CUDA, resident in this process otherwise."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would report the parent's peak where that is larger
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def restart_peak_memory_mb() -> float:
    """Restart the peak that `peak_memory_mb` reports of a CPU and return the MiB resident now; Linux only."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_memory_mb(torch.device("cpu"))
