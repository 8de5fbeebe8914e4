"""Translators beside their teacher and two baselines, frame by frame, in memory that does not grow."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from models.evaluation.cost import timed_ms
from models.evaluation.flow_warp import flow_warp
from models.evaluation.metrics import Scene
from models.evaluation.scores import Scores, Shown
from util.report.methods import OURS

Baseline = Callable[[Tensor, Tensor, Tensor], Tensor]  # (source input, current input, source output) -> output


class Streaming(Protocol):
    """What is evaluated: frames go in one by one, as `Scene.given`. After a step:

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
    others: Mapping[str, Shown] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


# What a Shortcut has to beat: "reuse" shows the output of the frame that the Shortcut predicts from again, "flow_warp"
# moves it along the input's optical flow.
BASELINES: dict[str, Baseline] = {"reuse": lambda source_input, current_input, output: output, "flow_warp": flow_warp}


def scenes(
    clip: str,
    frames: Iterable[Tensor],
    truth: Callable[[int], np.ndarray] | None = None,
    beside: Callable[[int], Tensor] | None = None,
) -> Iterator[Scene]:
    """The frames, [1, 3, H, W] in [-1, 1] in display order, of the clip of this name.

    Args:
        truth: number of a frame -> its ground truth, class ids uint8 [H, W].
        beside: number of a frame -> what the networks are given beside it, [1, C, H, W].
    """
    previous = None
    for index, frame in enumerate(frames):
        yield Scene(clip, index, frame, previous, truth(index) if truth else None, beside(index) if beside else None)
        previous = frame


@torch.no_grad()
def evaluate_clip(
    translators: Mapping[str, Streaming],
    teacher: Callable[[Tensor], Tensor] | None,
    shots: Iterable[Scene],
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
        shots: the frames of the clip, see `scenes`.
        baselines: name -> method to score on the same frames (see BASELINES).
    """
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    kept: dict[int, tuple[Tensor, Tensor]] = {}  # number -> frame, target
    for translator in translators.values():
        translator.reset()
    ours = translators[OURS]
    for scene in shots:
        shown = {}
        for name, translator in translators.items():
            output, ms = timed_ms(wait, translator.step, scene.given)
            shown[name] = Shown(output.cpu(), translator.distance, translator.refreshed, ms)
        target = None if teacher is None else teacher(scene.given.to(device)).cpu()
        if target is not None:
            kept[scene.index] = scene.input, target
            source, aged = kept[scene.index - ours.distance], shown[OURS]
            for name, baseline in baselines.items():
                output, ms = timed_ms(wait, baseline, source[0], scene.input, source[1])
                shown[name] = Shown(output, aged.distance, aged.reference, ms)
            kept = {number: kept[number] for number in ours.sources}
        yield _result(scene, shown, target, scores.add(scene, shown, target))


def _result(
    scene: Scene, shown: Mapping[str, Shown], target: Tensor | None, figures: Mapping[str, Mapping[str, float]]
) -> FrameResult:
    one = shown[OURS]
    return FrameResult(
        index=scene.index,
        distance=one.distance,
        ms=one.ms,
        input=scene.input,
        output=one.output,
        target=target,
        reference=one.reference,
        others={name: other for name, other in shown.items() if name != OURS},
        scores=figures,
    )
