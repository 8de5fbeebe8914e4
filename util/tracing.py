"""A trace of a few training steps, which chrome://tracing and Perfetto show."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import torch
from torch.profiler import ProfilerActivity, profile

from util.files import replacing

Item = TypeVar("Item")
WARMUP = 3  # steps before: the first ones allocate memory and choose algorithms


def traced(batches: Iterable[Item], steps: int, path: Path) -> Iterator[Item]:
    """`batches`. What is done with `steps` of them, after the first WARMUP, is written to `path`, as JSON.

    Where there are fewer, the trace has fewer; where there is none after the first WARMUP, nothing is written.
    """
    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if torch.cuda.is_available() else [])]
    recorder = None
    for number, batch in enumerate(batches):
        if number == WARMUP:
            recorder = profile(activities=activities)
            recorder.start()
        if recorder and number == WARMUP + steps:
            recorder = _write(recorder, path)
        yield batch
    if recorder:
        _write(recorder, path)


def _write(recorder: profile, path: Path) -> None:
    recorder.stop()
    with replacing(path) as partial:
        recorder.export_chrome_trace(str(partial))
