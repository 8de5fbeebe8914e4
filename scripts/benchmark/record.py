"""What one case is found to cost in one variant."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from data.street.camera import HEIGHT, WIDTH
from options.build_translation import count_weights
from scripts.benchmark.adabd import adabd_times
from scripts.benchmark.calls import calls
from scripts.benchmark.cases import Case
from scripts.benchmark.memory import peaks
from scripts.benchmark.streams import clip_rates, frame_times
from scripts.benchmark.variants import EAGER, Variant
from util import cost

RATIOS = {  # name -> (slower, faster)
    "teacher_eager_to_skipped": ("teacher_eager", "skipped"),
    "teacher_to_skipped": ("teacher", "skipped"),
    "block_published_to_block": ("block_published", "block"),
}


@dataclass(frozen=True)
class Effort:
    """How long is measured: turns of the stages, turns before that do not count, frames of a stream and of a clip."""

    repeats: int
    warmup: int
    stream: int
    clip: int


@torch.no_grad()
def measure(case: Case, variant: Variant, effort: Effort) -> dict:
    """One entry of the benchmark file; times are medians in ms unless their key ends in `_p95`."""
    eager = calls(case, replace(variant, engine=EAGER))
    macs = {name: cost.count_macs(call) for name, call in eager.items()}  # of a CUDA graph nothing could be counted
    timed = eager if variant.engine == EAGER else calls(case, variant)
    times = cost.latency(timed, effort.repeats, effort.warmup, variant.wait)
    teacher, block = case.networks(variant.device)
    memory = peaks(case, variant)
    return {
        "name": case.name,
        "device": str(variant.device),
        "dtype": str(variant.dtype).removeprefix("torch."),
        "engine": variant.engine,
        "size": list(case.size),
        **{f"{name}_ms": figures["median"] for name, figures in times.items()},
        **{f"{name}_ms_p95": figures["p95"] for name, figures in times.items()},
        "ratios": {name: times[a]["median"] / times[b]["median"] for name, (a, b) in RATIOS.items()},
        "macs": macs,
        "params": {
            "teacher": count_weights(teacher),
            "skipped": count_weights(teacher.head, block, teacher.tail),
        },
        "block_error": difference(eager["block"](), eager["block_published"]()),
        "peak_memory_mb": memory.pop("translator"),
        **{f"peak_memory_{way}_mb": peak for way, peak in memory.items()},
        "adabd_ms": adabd_times(case, variant, effort.repeats, effort.warmup),
        "stream_ms": frame_times(case, variant, effort.stream),
        "clip_fps": clip_rates(case, variant, effort.clip) if case.size == (WIDTH, HEIGHT) else None,
    }


def difference(got: Tensor, expected: Tensor) -> float:
    """The largest difference, as a share of the largest value expected."""
    return float((got - expected).abs().max() / expected.abs().max())
