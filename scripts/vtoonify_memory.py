"""What a published VToonify with a Shortcut needs of memory beyond its weights, measured in a process of its own."""

import multiprocessing
from collections.abc import Callable

import torch

from models.evaluation import cost
from models.shortcut.inference import InferenceBlock
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from models.teachers.base import Teacher

Build = Callable[[], tuple[Teacher, InferenceBlock]]
FRAMES = 6  # two reference frames, and the skipped ones after them


def beyond_weights(build: Build, size: int, interval: int) -> dict[str, float]:
    """{"weights_mb", "beyond_mb"} of a CPU: what is resident before the first frame, and the most that comes on top.

    Args:
        build: picklable, () -> teacher and block in their inference forms.
        size: of the square frames, px.
    """
    context = multiprocessing.get_context("spawn")  # a peak never goes down again, and would be the parent's
    with context.Pool(1) as pool:
        return pool.apply(_measured, (build, size, interval))


@torch.no_grad()
def _measured(build: Build, size: int, interval: int) -> dict[str, float]:
    translator, x = Translator(eager(*build()), Every(interval)), torch.rand(1, 3, size, size) * 2 - 1
    before = cost.restart_peak_memory_mb()
    for _ in range(FRAMES):
        translator.step(x)
    return {"weights_mb": before, "beyond_mb": cost.peak_memory_mb(torch.device("cpu")) - before}
