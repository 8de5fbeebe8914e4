"""From options to milliseconds of teacher and Shortcut, taken in turn: of single frames, and of whole videos."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from data import Clip
from data.stream import fps_of, frames, size_of
from data.video_writer import VideoWriter
from models.evaluation import cost
from models.evaluation.evaluate import frame_contexts
from models.streaming.refresh import Every
from models.streaming.translator import Translator
from options.base_options import BaseOptions
from options.build.test_setup import TestSetup
from options.build.translation import frame_kinds
from options.record import Options
from util import image
from util.report.methods import SHORTCUT, TEACHER
from util.report.verdict import FIXED

WARMUP = 3
PASSES, CLIPS = 3, 2
FEWEST, MOST = 24, 60  # frames of a pass, all clips together
BUDGET_MS = 60_000  # for all passes, where that leaves more than the fewest frames

Times = dict[str, dict[str, float]]  # name -> {"median", "p95"}


def measure_latency(opt: Options, setup: TestSetup) -> Times:
    """ms of single frames: name -> {"median", "p95"}.

    "teacher_eager" is the teacher as it was trained, "teacher" the same network run as the Shortcut's parts are.
    """
    teacher, x, translator = setup.teacher, setup.x, setup.translators.of(setup.size)[SHORTCUT]
    reference, skipped = frame_kinds(translator.stages, x, opt.refresh_output, translator.reuse_parsing)
    cases = {
        "teacher_eager": lambda: teacher(x),
        TEACHER: lambda: translator.stages.teacher(x),
        "reference": reference,
        "skipped": skipped,
    }
    with torch.no_grad():
        return cost.latency(cases, opt.latency_repeats, WARMUP, _wait(x))


@dataclass(frozen=True)
class Lane:
    """What takes part in a race: `begin` is called before each clip, `step` (frame -> its output) on each frame."""

    begin: Callable[[], None]
    step: Callable[[Tensor], Tensor]


def measure_streams(opt: Options, setup: TestSetup, latency_ms: Mapping[str, Mapping[str, float]]) -> dict[str, object]:
    """ms per frame of the same clips, read, translated and encoded by one method after the other.

    Nothing else runs meanwhile, unlike on the frames of the run itself.

    Returns:
        "ms": name -> {"median", "p95"} of PASSES passes, of "teacher", which is run as the Shortcut's parts are, of
        every Shortcut of the run and, where the judged one is adaptive, of "shortcut_fixed";
        "clips": their names; "frames": how many of them together.
    """
    lanes = _lanes(opt, setup)
    clips = _spread_over(opt, setup)
    affordable = int(BUDGET_MS / (PASSES * len(lanes) * latency_ms[TEACHER]["median"]))
    limit = min(max(affordable, FEWEST), MOST) // len(clips)
    limit = min(limit, opt.max_frames or limit)
    shown = sum(1 for clip in clips for _ in frames(clip, opt.fine_size, limit))  # all files are in memory from now on
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        cases = {name: partial(_stream, opt, setup, lane, clips, limit, Path(folder)) for name, lane in lanes.items()}
        passes = cost.latency(cases, PASSES, warmup=0, synchronize=_wait(setup.x))
    ms = {name: {key: value / shown for key, value in times.items()} for name, times in passes.items()}
    return {"ms": ms, "clips": [clip.name for clip in clips], "frames": shown}


def _lanes(opt: Options, setup: TestSetup) -> dict[str, Lane]:
    translators = setup.translators.of(setup.size)
    stages = translators[SHORTCUT].stages
    if opt.refresh == "adaptive" and FIXED not in translators:
        translators = {**translators, FIXED: Translator(stages, Every(BaseOptions.default_interval))}
    lanes = {TEACHER: Lane(lambda: None, stages.teacher)}
    return lanes | {name: Lane(translator.reset, translator.step) for name, translator in translators.items()}


def _spread_over(opt: Options, setup: TestSetup) -> list[Clip]:
    """A few clips from all over the run, of the size that everything is ready for."""
    picked = {len(setup.clips) * part // CLIPS for part in range(CLIPS)}
    chosen = [setup.clips[number] for number in sorted(picked)]
    return [clip for clip in chosen if size_of(clip, opt.fine_size) == setup.size]


def _stream(opt: Options, setup: TestSetup, lane: Lane, clips: list[Clip], limit: int, folder: Path) -> None:
    """One pass over the clips."""
    for clip in clips:
        lane.begin()
        with VideoWriter(folder / "streamed.mp4", fps_of(clip) or opt.fps, setup.enlarged(setup.size)) as video:
            for frame in _given(opt, setup, clip, limit):
                video.write(image.to_uint8(lane.step(frame)[0]))


def _given(opt: Options, setup: TestSetup, clip: Clip, limit: int) -> Iterator[Tensor]:
    """What the networks are given of each frame."""
    contexts = frame_contexts(clip.name, frames(clip, opt.fine_size, limit), face_parts=setup.face_parts(clip))
    return (context.network_input for context in contexts)


def _wait(x: Tensor) -> Callable[[], object] | None:
    return torch.cuda.synchronize if x.is_cuda else None
