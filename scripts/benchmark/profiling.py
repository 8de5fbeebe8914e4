"""Where a skipped frame's time goes, operator by operator."""

import torch
from torch.autograd.profiler_util import FunctionEventAvg
from torch.profiler import ProfilerActivity, profile

from scripts.benchmark.calls import calls
from scripts.benchmark.cases import Case
from scripts.benchmark.variants import Variant
from util.tables import markdown

WARMUP, FRAMES = 3, 10
SMALLEST_SHARE = 0.01


@torch.no_grad()
def profile_table(case: Case, variant: Variant) -> str:
    """Markdown: the operators of a skipped frame and the shapes they run on, the dearest first, down to one percent.

    Times are means of FRAMES frames and an operator's own, without what it calls: on CUDA those of the GPU.
    """
    skipped = calls(case, variant)["skipped"]
    for _ in range(WARMUP):
        skipped()
    watched = ProfilerActivity.CUDA if variant.device.type == "cuda" else ProfilerActivity.CPU
    with profile(activities={ProfilerActivity.CPU, watched}, record_shapes=True) as recorded:
        for _ in range(FRAMES):
            skipped()
        variant.wait()
    spent = {event: _own_us(event, variant) for event in recorded.key_averages(group_by_input_shape=True)}
    total = sum(spent.values())
    rows = []
    for event, us in sorted(spent.items(), key=lambda item: -item[1]):
        if us >= SMALLEST_SHARE * total:
            calls_made, ms = event.count / FRAMES, us / FRAMES / 1e3
            rows.append([event.key, _shapes(event), f"{calls_made:g}", f"{ms:.3f}", f"{us / total:.0%}"])
    rows.append(["all", "", "", f"{total / FRAMES / 1e3:.3f}", ""])
    return markdown(["operator", "shapes", "calls", "ms", "share"], rows, texts=2)


def _own_us(event: FunctionEventAvg, variant: Variant) -> float:
    return event.self_device_time_total if variant.device.type == "cuda" else event.self_cpu_time_total


def _shapes(event: FunctionEventAvg) -> str:
    """The tensors among the arguments: "1x64x256x512, 64x64x3x3"."""
    return ", ".join("x".join(map(str, shape)) for shape in event.input_shapes if shape and isinstance(shape[0], int))
