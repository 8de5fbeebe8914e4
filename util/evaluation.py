"""A translator beside its teacher and two baselines, frame by frame, in memory that does not grow."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from util.cost import timed_ms
from util.flow_warp import FlowWarp
from util.scores import OURS, Scores

Baseline = Callable[[Tensor, Tensor, Tensor], Tensor]  # (source input, current input, source output) -> output


class Streaming(Protocol):
    """What is evaluated: frames [1, 3, H, W] in [-1, 1] go in one by one. After a step:

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

    target, baselines and scores are None or empty when there is no teacher to compare with. At distance 0 a
    baseline shows the teacher's own output. scores: series -> metric -> value.
    """

    index: int
    distance: int
    ms: float
    input: Tensor
    output: Tensor
    target: Tensor | None = None
    baselines: Mapping[str, Tensor] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def baselines() -> dict[str, Baseline]:
    """What a Shortcut has to beat, name -> method.

    "reuse" shows the output of the frame that the Shortcut predicts from again, "flow_warp" moves it along the input's
    optical flow.
    """
    return {"reuse": lambda source_input, current_input, output: output, "flow_warp": FlowWarp().warp}


@torch.no_grad()
def evaluate_clip(
    translator: Streaming,
    teacher: Callable[[Tensor], Tensor] | None,
    frames: Iterable[Tensor],
    scores: Scores,
    on_frame: Callable[[FrameResult], object],
    baselines: Mapping[str, Baseline],
    device: torch.device,
) -> None:
    """Translate one clip from its first frame, adding every frame to `scores` and handing it to `on_frame`.

    Only the translator's step is timed, from a frame on the host, with the device idle before and after; the teacher's
    pass for the comparison is not part of it. Nothing is kept but the frames that may still be predicted from.

    Args:
        teacher: frame -> its output, the target of all figures; None translates without comparing.
        frames: [1, 3, H, W] in [-1, 1], in display order.
        baselines: name -> method to score on the same frames (see `baselines`).
    """
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    kept: dict[int, tuple[Tensor, Tensor]] = {}  # number -> frame, target
    translator.reset()
    for index, frame in enumerate(frames):
        output, ms = timed_ms(wait, translator.step, frame)
        output, distance, shown = output.cpu(), translator.distance, {}
        target = None if teacher is None else teacher(frame.to(device)).cpu()
        if target is not None:
            kept[index] = frame, target
            source = kept[index - distance]
            shown = {name: baseline(source[0], frame, source[1]) for name, baseline in baselines.items()}
            kept = {number: kept[number] for number in translator.sources}
        figures = scores.add(distance, {OURS: output, **shown}, target, translator.refreshed)
        on_frame(FrameResult(index, distance, ms, frame, output, target, shown, figures))
