"""Translators beside their teacher and two baselines, frame by frame, in memory that does not grow."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from models.evaluation.cost import timed_ms
from models.evaluation.flow_warp import flow_warp
from models.evaluation.metrics import FrameContext
from models.evaluation.scores import MethodOutput, Scores
from util.report.methods import SHORTCUT

Baseline = Callable[[Tensor, Tensor, Tensor], Tensor]  # (source input, current input, source output) -> output


class Streaming(Protocol):
    """What is evaluated: frames go in one by one, as `FrameContext.network_input`. After a step:

    refreshed: whether the reference was renewed in it.
    distance: how many frames back that one lies from which its output was predicted; 0 when it is exact.
    sources: numbers of the frames (0: the first since reset) from which coming outputs may be predicted.
    """

    refreshed: bool
    distance: int

    @property
    def sources(self) -> Set[int]: ...

    def reset(self) -> None: ...

    def step(self, frame: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class FrameResult:
    """One evaluated frame; images [1, 3, H, W] in [-1, 1] on the CPU.

    target, others and scores are None or empty when there is no teacher to compare with. At distance 0 a
    baseline shows the teacher's own output.

    Args:
        ms: time of the Shortcut's step.
        reference: whether the Shortcut renewed its reference on this frame.
        others: method -> what it shows, of all methods but the teacher and the Shortcut that is judged.
        scores: method -> name of a figure -> value.
    """

    index: int
    distance: int
    ms: float
    input: Tensor
    output: Tensor
    target: Tensor | None = None
    reference: bool = False
    others: Mapping[str, MethodOutput] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


# What a Shortcut has to beat: "reuse" shows the output of the frame that the Shortcut predicts from again, "flow_warp"
# moves it along the input's optical flow.
BASELINES: dict[str, Baseline] = {"reuse": lambda source_input, current_input, output: output, "flow_warp": flow_warp}


def frame_contexts(
    clip: str,
    frames: Iterable[Tensor],
    truth: Callable[[int], np.ndarray] | None = None,
    face_parts: Callable[[int], Tensor] | None = None,
) -> Iterator[FrameContext]:
    """The frames, [1, 3, H, W] in [-1, 1] in display order, of the clip of this name.

    Args:
        truth: number of a frame -> its ground truth, class ids uint8 [H, W].
        face_parts: number of a frame -> its face parts, [1, C, H, W], which the networks take with it.
    """
    previous = None
    for index, frame in enumerate(frames):
        yield FrameContext(
            clip, index, frame, previous, truth(index) if truth else None, face_parts(index) if face_parts else None
        )
        previous = frame


@torch.no_grad()
def evaluate_clip(
    translators: Mapping[str, Streaming],
    teacher: Callable[[Tensor], Tensor] | None,
    frames: Iterable[FrameContext],
    scores: Scores,
    baselines: Mapping[str, Baseline],
    device: torch.device,
) -> Iterator[FrameResult]:
    """Translate one clip from its first frame, frame by frame as results are asked for; each is added to `scores`.

    A method's time is that of its step alone, from a frame on the host, with the device idle before and after; the
    teacher's pass for the comparison is not part of it. Of the frames only those are kept that may still be predicted
    from.

    Args:
        translators: "shortcut", which is judged, and further ones to score beside it.
        teacher: frame -> its output, the target of all figures; None translates without comparing.
        frames: the frames of the clip, see `frame_contexts`.
        baselines: name -> method to score on the same frames (see BASELINES).
    """
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    kept: dict[int, tuple[Tensor, Tensor]] = {}  # number -> frame, target
    for translator in translators.values():
        translator.reset()
    ours = translators[SHORTCUT]
    for frame in frames:
        outputs = {}
        for name, translator in translators.items():
            output, ms = timed_ms(wait, translator.step, frame.network_input)
            outputs[name] = MethodOutput(output.cpu(), translator.distance, translator.refreshed, ms)
        target = None if teacher is None else teacher(frame.network_input.to(device)).cpu()
        if target is not None:
            kept[frame.index] = frame.input, target
            source, aged = kept[frame.index - ours.distance], outputs[SHORTCUT]
            for name, baseline in baselines.items():
                output, ms = timed_ms(wait, baseline, source[0], frame.input, source[1])
                outputs[name] = MethodOutput(output, aged.distance, aged.reference, ms)
            kept = {number: kept[number] for number in ours.sources}
        yield _result(frame, outputs, target, scores.add(frame, outputs, target))


def _result(
    frame: FrameContext,
    outputs: Mapping[str, MethodOutput],
    target: Tensor | None,
    figures: Mapping[str, Mapping[str, float]],
) -> FrameResult:
    one = outputs[SHORTCUT]
    return FrameResult(
        index=frame.index,
        distance=one.distance,
        ms=one.ms,
        input=frame.input,
        output=one.output,
        target=target,
        reference=one.reference,
        others={name: other for name, other in outputs.items() if name != SHORTCUT},
        scores=figures,
    )
