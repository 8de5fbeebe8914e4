"""AdaBD's operator alone, computed in every way that suits the device."""

from collections.abc import Mapping
from functools import partial

import torch

from models.evaluation import cost
from models.ops import native
from models.ops import triton as triton_backend
from models.ops.deformable import deform_conv
from models.shortcut.full_size import FullSizeBlock
from scripts.benchmark.cases import OFFSET_STD_PX, Case
from scripts.benchmark.variants import Call, Variant


@torch.no_grad()
def adabd_times(case: Case, variant: Variant, repeats: int, warmup: int) -> dict[str, dict[str, float]]:
    """backend -> {"median", "p95"} ms of one blended deformable convolution of the case's size."""
    teacher, block = case.networks(variant.device)
    size = teacher.head(case.frames(1, variant.device)[0]).shape[2:]
    channels, groups = block.config["h_dim"], block.config["num_dg"]

    def random(channels: int) -> torch.Tensor:
        return torch.rand(1, channels, *size, device=variant.device).to(variant.dtype)

    offset = (random(18 * groups) - 0.5) * 2 * OFFSET_STD_PX
    inputs = {"groups": groups, "current": random(channels), "mask": random(9 * groups)}
    if isinstance(block, FullSizeBlock):
        inputs["shift"] = (random(2) - 0.5).float() * 2 * OFFSET_STD_PX
    adabd = partial(deform_conv, random(channels), offset, block.adabd.weight.to(variant.dtype), **inputs)
    ways = {backend: variant.launched(partial(adabd, backend=backend)) for backend in _backends(variant)}
    return _on_device(ways, repeats, warmup) if variant.device.type == "cuda" else cost.latency(ways, repeats, warmup)


def _backends(variant: Variant) -> list[str]:
    """Those that compute in the variant's precision: torchvision's operator has no bf16."""
    device = variant.device
    if device.type == "cpu":
        compiled = ["native"] if native.available() else []
        return [*compiled, "cpu", *(["torchvision"] if variant.amp == "off" else [])]
    triton = ["triton"] if triton_backend.available(device) else []
    return triton if variant.amp == "bf16" else ["torchvision", *triton]


def _on_device(ways: Mapping[str, Call], repeats: int, warmup: int) -> dict[str, dict[str, float]]:
    """Like `cost.latency`, by the GPU's own clock: these calls are shorter than reaching the GPU takes."""
    times = {name: [] for name in ways}
    for _ in range(warmup + repeats):
        for name, way in ways.items():
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            way()
            end.record()
            end.synchronize()
            times[name].append(start.elapsed_time(end))
    return {name: cost.typical(values[warmup:]) for name, values in times.items()}
