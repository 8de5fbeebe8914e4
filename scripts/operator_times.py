"""What the CPU's operators cost: torch's path and the one in C in turn, at the sizes of the published V2C and of demos.

Prints a table in Markdown. Times are those of the processor, of all threads together, so that other processes count
little.
"""

import argparse
import time
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from models.ops.deformable import convolve, deform_conv, read_convolved
from models.ops.warp import paint, shift_costs, warp
from util import runtime
from util.tables import markdown

SIZES = ((64, 128, 256), (32, 64, 128), (16, 128, 256))  # channels inside the block, height and width of its features
OFFSET_STD_PX = 2.0


def operators(channels: int, height: int, width: int) -> dict[str, Callable[[str], Tensor]]:
    """name -> what computes it with a backend, as a block of that size would on random maps."""

    def random(channels: int, scale: int = 1) -> Tensor:
        x = torch.randn(1, channels, height // scale, width // scale)
        return x.contiguous(memory_format=torch.channels_last)

    both, shift, weight = random(27) * OFFSET_STD_PX, random(2) * OFFSET_STD_PX, torch.randn(channels, channels, 3, 3)
    blend = {"current": random(channels), "mask": both[:, 18:].sigmoid(), "shift": shift}
    feature, early = random(channels), random(2 * channels)
    low, low_offset = convolve(random(channels, 2), weight.repeat(2, 1, 1, 1), 1, 1), random(2, 2)
    low = low.contiguous(memory_format=torch.channels_last)
    halves, images = [random(2 * channels, 2) for _ in range(2)], [torch.randn(1, 3, 2 * height, 2 * width)] * 2
    return {
        "AdaBD (deform_conv)": lambda way: deform_conv(feature, both[:, :18], weight, **blend, backend=way),
        "global reading (read_convolved)": lambda way: read_convolved(low, low_offset, way),
        "warped late features (warp)": lambda way: warp(early, shift, way),
        "pixel path (paint)": lambda way: paint(*images, shift, blend["mask"][:, :1], way),
        "matching costs, half size (shift_costs)": lambda way: shift_costs(*halves, way),
    }


def cpu_ms(cases: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of processor time of each case; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            start = time.process_time()
            case()
            times[name].append((time.process_time() - start) * 1e3)
    return {name: float(np.median(values)) for name, values in times.items()}


@torch.no_grad()
def table(sizes: tuple[tuple[int, int, int], ...], rounds: int) -> str:
    """The table in Markdown: one row per operator and size, milliseconds of both backends and their ratio."""
    rows = []
    for channels, height, width in sizes:
        for name, run in operators(channels, height, width).items():
            found = cpu_ms({way: lambda run=run, way=way: run(way) for way in ("cpu", "native")}, rounds)
            times = [f"{found['cpu']:.2f}", f"{found['native']:.2f}", f"{found['cpu'] / found['native']:.1f} times"]
            rows.append([name, f"{channels} x {height} x {width}", *times])
    return markdown(["", "features", "cpu", "native", ""], rows, texts=2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21, help="calls of each operator; their median counts")
    runtime.prepare(seed=0, gpu_ids="-1")  # memory is kept, as in train.py and test.py
    print(table(SIZES, parser.parse_args().rounds))
