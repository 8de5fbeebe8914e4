"""What a teacher and its Shortcut cost: computation per stage, time per frame, and time of whole videos."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from models.evaluation import cost
from models.ops import choose
from models.shortcut import Shortcut
from models.shortcut.base import ShortcutInference
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import Stages, balanced_cuts, eager
from models.streaming.translator import Translator
from models.teachers.base import Teacher
from util.report.record import TEACHER

WARMUP = 3  # calls before single frames are timed
PASSES = 3  # over the clips, when whole videos are timed

Times = dict[str, dict[str, float]]  # name -> {"median", "p95"} in ms


@dataclass(frozen=True)
class StreamMethod:
    """A method that translates whole videos: call `reset` before each video and `step` (frame -> output) on a frame."""

    reset: Callable[[], None]
    step: Callable[[Tensor], Tensor]


def stream_methods(stages: Stages, translators: Mapping[str, Translator]) -> dict[str, StreamMethod]:
    """Return the teacher, run by these stages, and every translator as methods for whole videos."""
    methods = {TEACHER: StreamMethod(lambda: None, stages.teacher)}
    return methods | {name: StreamMethod(one.reset, partial(_output, one)) for name, one in translators.items()}


def measure_streams(
    methods: Mapping[str, StreamMethod], play: Callable[[StreamMethod], None], frames: int, device: torch.device
) -> Times:
    """Return ms per frame of the same videos, read, translated and written by one method after the other.

    Args:
        play: runs a method over all videos, from files to files.
        frames: how many frames `play` runs.

    Returns:
        Median and 95th percentile of PASSES passes, each divided by the frames.
    """
    cases = {name: partial(play, method) for name, method in methods.items()}
    with torch.no_grad():
        passes = cost.latency(cases, PASSES, warmup=0, synchronize=_wait(device))
    return {name: {key: ms / frames for key, ms in times.items()} for name, times in passes.items()}


def measure_latency(teacher: Teacher, translator: Translator, x: Tensor, repeats: int) -> Times:
    """Return ms of single frames like x, [1, 3, H, W] or what else the head takes, timed in turn.

    "teacher_eager" is the teacher as it was trained. "teacher" is the same network run like the parts of the Shortcut.
    """
    reference, skipped = frame_kinds(translator.stages, x, translator.refresh_output, translator.reuse_parsing)
    cases = {
        "teacher_eager": lambda: teacher(x),
        TEACHER: lambda: translator.stages.teacher(x),
        "reference": reference,
        "skipped": skipped,
    }
    with torch.no_grad():
        return cost.latency(cases, repeats, WARMUP, _wait(x.device))


def measure_cost(
    teacher: Teacher,
    block: Shortcut,
    x: Tensor,
    interval: float,
    refresh_output: str = "teacher",
    backend: str = "auto",
    reuse_parsing: bool = False,
) -> dict:
    """Return MACs per stage and frame kind, savings and parameters, of frames like x, as for `measure_latency`.

    MACs are those of the inference forms, which run. Parameters are those of the trained forms. "extra" is what
    interpolation and block matching add to a skipped frame, in operations of their own kind; no other entry has it.

    Args:
        interval: frames from one reference frame to the next, on average.
        backend: of the deformable convolutions. One that runs as "triton" or "native" is counted on "cpu", which
            multiplies the same columns by the same weights, but in operators that can be counted.
        refresh_output, reuse_parsing: as for `Translator`.
    """
    backend = choose(backend, x.device)
    fast = teacher.for_inference()
    small = optimize(block, "cpu" if backend in ("triton", "native") else backend)
    reference_frame, skipped_frame = frame_kinds(eager(fast, small), x, refresh_output, reuse_parsing)
    macs = {
        **count_stages(fast, small, x),
        "reference": cost.count_macs(reference_frame),
        "skipped": cost.count_macs(skipped_frame),
        "extra": cost.count_extra(skipped_frame),
    }
    return {
        "macs": macs,
        "saving": cost.saving(macs["teacher"], macs["skipped"], macs["reference"], interval),
        "params": {
            "teacher": count_weights(teacher),
            "skipped": count_weights(teacher.head, block, teacher.tail),
        },
    }


@torch.no_grad()
def count_stages(teacher: Teacher, block: ShortcutInference, x: Tensor) -> dict[str, int]:
    """Return the MACs of each part of teacher and block, which are in their inference forms, for frames like x."""
    a = teacher.head(x)
    f = teacher.body(a)
    y = teacher.tail(f, a)
    reference = block.prepare(a, f, y)
    return {
        "teacher": cost.count_macs(teacher, x),
        "head": cost.count_macs(teacher.head, x),
        "body": cost.count_macs(teacher.body, a),
        "tail": cost.count_macs(teacher.tail, f, a),
        "block": cost.count_macs(block, reference, a),
        "prepare": cost.count_macs(block.prepare, a, f, y),
    }


def count_weights(*networks: nn.Module) -> int:
    """Count parameters, and the buffers into which a style was folded; a shared tensor counts once."""
    tensors = [t for network in networks for t in network.state_dict(keep_vars=True).values()]
    return sum({id(t): t.numel() for t in tensors}.values())


def frame_kinds(
    stages: Stages, x: Tensor, refresh_output: str = "teacher", reuse_parsing: bool = False
) -> tuple[Callable[[], Tensor], Callable[[], Tensor]]:
    """Return two calls that translate x, as for `measure_latency`: as a reference frame, and as a skipped frame."""
    intervals = (1, sys.maxsize)
    references, skips = (Translator(stages, Every(n), refresh_output, reuse_parsing=reuse_parsing) for n in intervals)
    references.step(x)  # the first frame of a video is exact whatever `refresh_output`
    skips.step(x)  # from now on only skipped frames
    return partial(_output, references, x), partial(_output, skips, x)


@torch.no_grad()
def body_cuts(teacher: Teacher, block: ShortcutInference, x: Tensor, parts: int) -> tuple[int, ...]:
    """Return where to cut the body into at most `parts` slices whose MACs, for frames like x, are as equal as can be.

    What the block prepares of a new reference belongs to the last slice.

    Raises:
        ValueError: the body is no nn.Sequential.
    """
    if not isinstance(teacher.body, nn.Sequential):
        raise ValueError(f"a body is cut between the layers of an nn.Sequential, got {type(teacher.body).__name__}")
    a = f = teacher.head(x)
    macs = []
    for layer in teacher.body:
        macs.append(cost.count_macs(layer, f))
        f = layer(f)
    stages = eager(teacher, block)
    macs[-1] += cost.count_macs(stages.prepare, a, f)
    return balanced_cuts(macs, parts)


def _output(translator: Translator, x: Tensor) -> Tensor:
    return translator.step(x).output


def _wait(device: torch.device) -> Callable[[], object] | None:
    return torch.cuda.synchronize if device.type == "cuda" else None
