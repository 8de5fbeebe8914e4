"""A translator beside its teacher and two baselines, frame by frame, in memory that does not grow."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from util.cost import timed_ms
from util.flow_warp import FlowWarp
from util.scores import OURS, Scores

Baseline = Callable[[Tensor, Tensor, Tensor], Tensor]  # (reference input, current input, reference output) -> output


class Streaming(Protocol):
    """What is evaluated: frames [1, 3, H, W] in [-1, 1] go in one by one.

    refreshes: whether the next frame is a reference frame.
    distance: how many frames back that one lies from which the next output is predicted; 0 when it is exact.
    """

    @property
    def refreshes(self) -> bool: ...

    @property
    def distance(self) -> int: ...

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

    "reuse" shows the last reference's output again, "flow_warp" moves it along the input's optical flow.
    """
    return {"reuse": lambda reference_input, current_input, output: output, "flow_warp": FlowWarp().warp}


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

    Only the translator's step is timed, with the device idle before and after; the teacher's pass for the
    comparison is not part of it. Nothing is kept but the last reference frame.

    Args:
        teacher: frame -> its output, the target of all figures; None translates without comparing.
        frames: [1, 3, H, W] in [-1, 1], in display order.
        baselines: name -> method to score on the same frames (see `baselines`).
    """
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    reference: tuple[Tensor, Tensor] | None = None
    translator.reset()
    for index, frame in enumerate(frames):
        distance, refreshes, x = translator.distance, translator.refreshes, frame.to(device)
        output, ms = timed_ms(wait, translator.step, x)
        output, shown = output.cpu(), {}
        target = None if teacher is None else teacher(x).cpu()
        if target is not None:
            source = (frame, target) if distance == 0 else reference
            shown = {name: baseline(source[0], frame, source[1]) for name, baseline in baselines.items()}
            reference = (frame, target) if refreshes else reference
        figures = scores.add(distance, {OURS: output, **shown}, target, refreshes)
        on_frame(FrameResult(index, distance, ms, frame, output, target, shown, figures))
