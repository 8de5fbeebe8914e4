"""Evaluates translators beside their teacher and the baselines, frame by frame, in memory that does not grow."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.evaluation.baselines import BASELINES, Baseline
from models.evaluation.cost import timed_ms
from models.evaluation.metrics import FrameContext
from models.evaluation.scores import MethodOutput, Scores
from models.shortcut.inference import Inside
from models.streaming.translator import Step, Translator
from util.report.record import SHORTCUT

FrameScores = Mapping[str, Mapping[str, float]]  # method -> name of a figure -> value


@dataclass(frozen=True)
class FrameResult:
    """One evaluated frame; images [1, 3, H, W] in [-1, 1] on the CPU.

    target, others and scores are None or empty without a teacher to compare with. At distance 0 a baseline shows the
    teacher's own output.

    Args:
        distance, is_reference, explain: of the Shortcut's step, see `Step`; `explain` is valid until the next frame.
        ms: time of the Shortcut's step.
        others: method -> its output, of all methods but the teacher and the main Shortcut.
    """

    index: int
    distance: int
    ms: float
    input: Tensor
    output: Tensor
    target: Tensor | None = None
    is_reference: bool = False
    others: Mapping[str, MethodOutput] = field(default_factory=dict)
    scores: FrameScores = field(default_factory=dict)
    explain: Callable[[], Inside] | None = None


@dataclass(frozen=True)
class EvaluationClip:
    """A clip, ready to be evaluated.

    Args:
        translators: "shortcut", the main one, and further ones to score beside it, all for the clip's frame size.
        frames: see `frame_contexts`.
        writer: opens the clip's outputs and gives the function that writes one result to them.
    """

    name: str
    translators: Mapping[str, Translator]
    frames: Iterable[FrameContext]
    writer: AbstractContextManager[Callable[[FrameResult], None]]


class Source(NamedTuple):
    """A frame from which later ones are predicted: its input, and the teacher's output of it."""

    input: Tensor
    output: Tensor


def frame_contexts(
    clip: str,
    frames: Iterable[Tensor],
    truth: Callable[[int], np.ndarray] | None = None,
    face_parts: Callable[[int], Tensor] | None = None,
) -> Iterator[FrameContext]:
    """Yield the frames of the clip of this name, each [1, 3, H, W] in [-1, 1], in display order.

    Args:
        truth: number of a frame -> its ground truth, class ids uint8 [H, W].
        face_parts: number of a frame -> its face parts, [1, C, H, W], which the networks take with it.
    """
    previous = None
    for index, frame in enumerate(frames):
        classes, parts = truth(index) if truth else None, face_parts(index) if face_parts else None
        yield FrameContext(clip, index, frame, previous, classes, parts)
        previous = frame


def evaluate(
    clips: Iterable[EvaluationClip],
    teacher: Callable[[Tensor], Tensor] | None,
    scores: Scores,
    device: torch.device,
    add_row: Callable[[str, FrameResult], None],
) -> array:
    """Translate every clip, write its results and rows, and fill the scores.

    Args:
        teacher: as for `evaluate_clip`.
        scores: of all methods that are shown; baselines among them run, too.
        add_row: called with the clip's name and each result.

    Returns:
        Milliseconds of the Shortcut's step on each frame.
    """
    stream_ms = array("d")
    baselines = {name: baseline for name, baseline in BASELINES.items() if name in scores.methods}
    for clip in clips:
        with clip.writer as write:
            for result in evaluate_clip(clip.translators, teacher, clip.frames, scores, baselines, device):
                write(result)
                add_row(clip.name, result)
                stream_ms.append(result.ms)
    return stream_ms


@torch.no_grad()
def evaluate_clip(
    translators: Mapping[str, Translator],
    teacher: Callable[[Tensor], Tensor] | None,
    frames: Iterable[FrameContext],
    scores: Scores,
    baselines: Mapping[str, Baseline],
    device: torch.device,
) -> Iterator[FrameResult]:
    """Translate one clip from its first frame, a frame per result that is asked for, and add each to `scores`.

    A method's time is that of its step alone, from a frame on the host, with the device idle before and after; it does
    not include the teacher's pass for the comparison. Only the frames from which a coming frame may be predicted stay
    in memory.

    Args:
        translators: "shortcut", the main one, and further ones to score beside it.
        teacher: frame -> its output, the target of all figures; None translates without comparing.
        frames: the frames of the clip, see `frame_contexts`.
        baselines: name -> baseline to score on the same frames.
    """
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    sources: dict[int, Source] = {}  # by the number of their frames
    for translator in translators.values():
        translator.reset()
    for frame in frames:
        outputs, steps = {}, {}
        for name, translator in translators.items():
            step, ms = timed_ms(wait, translator.step, frame.network_input)
            outputs[name], steps[name] = MethodOutput(step.output.cpu(), step.distance, step.is_reference, ms), step
        step = steps[SHORTCUT]
        target = None if teacher is None else teacher(frame.network_input.to(device)).cpu()
        if target is not None:
            sources[frame.index] = Source(frame.input, target)
            outputs |= _run_baselines(baselines, sources[frame.index - step.distance], frame, step, wait)
            sources = {number: sources[number] for number in step.sources}
        yield _result(frame, step, outputs, target, scores.add(frame, outputs, target))


def _run_baselines(
    baselines: Mapping[str, Baseline], source: Source, frame: FrameContext, step: Step, wait: Callable[[], object]
) -> dict[str, MethodOutput]:
    """Run every baseline on the frame, from the source that the Shortcut used in its step."""
    outputs = {}
    for name, baseline in baselines.items():
        output, ms = timed_ms(wait, baseline, source.input, frame.input, source.output)
        outputs[name] = MethodOutput(output, step.distance, step.is_reference, ms)
    return outputs


def _result(
    frame: FrameContext, step: Step, outputs: Mapping[str, MethodOutput], target: Tensor | None, scores: FrameScores
) -> FrameResult:
    return FrameResult(
        index=frame.index,
        distance=step.distance,
        ms=outputs[SHORTCUT].ms,
        input=frame.input,
        output=outputs[SHORTCUT].output,
        target=target,
        is_reference=step.is_reference,
        others={name: other for name, other in outputs.items() if name != SHORTCUT},
        scores=scores,
        explain=step.explain,
    )
