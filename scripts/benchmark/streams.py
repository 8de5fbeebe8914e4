"""Whole streams of frames: how evenly they come, and how many a second with decoding and encoding."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from data.clips import Clip
from data.samples.street.camera import HEIGHT, WIDTH
from data.samples.street.clips import SampleClip, appearance_of, scene_of
from data.samples.street.render import render
from data.stream import frames
from data.video.writer import VideoWriter
from models.evaluation import cost
from models.streaming.refresh import Every
from models.streaming.translator import Translator
from scripts.benchmark.cases import Case
from scripts.benchmark.variants import Variant
from util import image

INTERVAL = 3
FPS = 15
CLIP_PASSES = 3
DRIVE = SampleClip("A", "val", "066")


@torch.no_grad()
def frame_times(case: Case, variant: Variant, count: int) -> dict[str, dict[str, float]]:
    """{"whole", "spread"} -> {"median", "p95"} ms over `count` frames of a stream whose body is refreshed that way.

    Both streams take turns; the first interval, which starts the video, is left out.
    """
    teacher, block = case.networks(variant.device)
    x = case.frames(1, variant.device)[0]
    streams = {  # each with stages of its own: under CUDA graphs they hold the reference
        name: Translator(variant.stages(teacher, block, x, slices), Every(INTERVAL), spread=slices > 1)
        for name, slices in (("whole", 1), ("spread", INTERVAL))
    }
    steps = {name: partial(stream.step, x) for name, stream in streams.items()}
    return cost.latency(steps, count, INTERVAL, variant.wait)


@torch.no_grad()
def clip_rates(case: Case, variant: Variant, count: int) -> dict[str, float]:
    """Frames a second of a whole clip, from one video file to another, with the teacher on every frame and without."""
    teacher, block = case.networks(variant.device)
    fast = teacher.for_inference().to(variant.dtype)
    translator = Translator(variant.stages(teacher, block, case.frames(1, variant.device)[0]), Every(INTERVAL))
    ways = {
        "teacher_eager": teacher,
        "teacher": lambda frame: fast(frame.to(variant.dtype)).float(),
        f"interval_{INTERVAL}": lambda frame: translator.step(frame).output,
    }

    def once(way: Callable[[Tensor], Tensor]) -> None:
        translator.reset()
        translate(source, case, way, variant)

    with tempfile.TemporaryDirectory() as folder:
        source = write_drive(Path(folder) / "drive.mp4", count)
        times = cost.latency({name: partial(once, way) for name, way in ways.items()}, CLIP_PASSES, warmup=1)
    return {name: count / (measured["median"] / 1e3) for name, measured in times.items()}


def translate(source: Path, case: Case, step: Callable[[Tensor], Tensor], variant: Variant) -> None:
    """Decode `source`, send every frame through `step`, encode the results beside it."""
    with VideoWriter(source.with_name("translated.mp4"), FPS, case.size) as output:
        for frame in frames(Clip("drive", video=source), case.size):
            output.write(image.to_uint8(step(frame.to(variant.device))[0]))


def write_drive(path: Path, count: int) -> Path:
    """`path`, a video of the first `count` frames of a drive of the built-in sample."""
    scene, look = scene_of(DRIVE, count), appearance_of(DRIVE)
    with VideoWriter(path, FPS, (WIDTH, HEIGHT)) as video:
        for t in range(count):
            video.write(render(scene, look, t)[0])
    return path
