"""What one case is found to cost in one variant."""

from dataclasses import dataclass

import torch
from torch import Tensor

from data.samples.street.camera import HEIGHT, WIDTH
from models.evaluation import cost
from models.evaluation.pipeline_cost import measure_cost
from models.shortcut import Shortcut
from models.shortcut.base import ShortcutInference
from models.shortcut.inference import optimize
from models.teachers.base import Teacher
from scripts.benchmark.adabd import adabd_times
from scripts.benchmark.calls import calls
from scripts.benchmark.cases import Case
from scripts.benchmark.memory import peaks
from scripts.benchmark.streams import INTERVAL, clip_rates, frame_times
from scripts.benchmark.variants import Variant

RATIOS = {  # name -> (slower, faster)
    "teacher_eager_to_skipped": ("teacher_eager", "skipped"),
    "teacher_to_skipped": ("teacher", "skipped"),
    "block_published_to_block": ("block_published", "block"),
}
PUBLISHED = ("teacher_eager", "block_published")  # whose MACs are counted as they are timed


@dataclass(frozen=True)
class Effort:
    """How long is measured: turns of the stages, turns before that do not count, frames of a stream and of a clip."""

    repeats: int
    warmup: int
    stream: int
    clip: int


@torch.no_grad()
def measure(case: Case, variant: Variant, effort: Effort) -> dict:
    """One entry of the benchmark file; times are medians in ms unless their key ends in `_p95`.

    What a block of its form does not have is None, of "ratios" it is left out.
    """
    timed = calls(case, variant)
    times = cost.latency(timed, effort.repeats, effort.warmup, variant.wait)
    shown = {"block_published": {"median": None, "p95": None}} | times
    published = {name: cost.count_macs(timed[name]) if name in timed else None for name in PUBLISHED}
    teacher, block = case.networks(variant.device)
    counted = measure_cost(teacher, block, case.frames(1, variant.device)[0], INTERVAL)
    quick = optimize(block).to(variant.dtype)
    memory = peaks(case, variant)
    return {
        "name": case.name,
        "device": str(variant.device),
        "dtype": str(variant.dtype).removeprefix("torch."),
        "engine": variant.engine,
        "size": list(case.size),
        "block": block.config.get("block", "published"),
        **{f"{name}_ms": figures["median"] for name, figures in shown.items()},
        **{f"{name}_ms_p95": figures["p95"] for name, figures in shown.items()},
        "ratios": {name: times[a]["median"] / times[b]["median"] for name, (a, b) in RATIOS.items() if a in times},
        "macs": published | counted["macs"],
        "params": counted["params"],
        "block_error": block_error(teacher, block, quick, case.frames(2, variant.device)),
        "peak_memory_mb": memory.pop("translator"),
        **{f"peak_memory_{way}_mb": peak for way, peak in memory.items()},
        "adabd_ms": adabd_times(case, variant, effort.repeats, effort.warmup),
        "stream_ms": frame_times(case, variant, effort.stream),
        "clip_fps": clip_rates(case, variant, effort.clip) if case.size == (WIDTH, HEIGHT) else None,
    }


@torch.no_grad()
def block_error(teacher: Teacher, block: Shortcut, quick: ShortcutInference, frames: Tensor) -> float:
    """How far `quick`, the inference form in any dtype, lies from `block`, in float32 and with AdaBD by plain torch.

    It is the largest difference as a share of the largest value expected, of the late features or of what says how the
    picture is painted over.

    Args:
        block: the trained form in eval mode; its backend is changed.
        frames: [2, 1, 3, H, W], the reference frame and the current one.
    """
    dtype = next(quick.parameters()).dtype
    a_ref, a = teacher.head(frames[0]), teacher.head(frames[1])
    f_ref = teacher.body(a_ref)
    reference = quick.prepare(a_ref.to(dtype), f_ref.to(dtype), teacher.tail(f_ref, a_ref))
    block.use_backend("reference")
    got, expected = quick.with_pixels(reference, a.to(dtype)), block.with_pixels(a_ref, a, f_ref)
    maps = ((prediction.feature, *(pixels or ())) for prediction, pixels in (got, expected))
    return max(float((x - y).abs().max() / y.abs().max()) for x, y in zip(*maps, strict=True))
