"""Time whole videos, read, translated and written by one method after the other while nothing else runs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor

from models.evaluation.pipeline_cost import PASSES, StreamMethod, measure_streams
from util import image

FEWEST, MOST = 24, 60  # frames of a pass over the videos, all together
BUDGET_MS = 60_000  # for all passes; a pass has the fewest frames at least


@dataclass(frozen=True)
class Stream:
    """A video to translate.

    Args:
        name: of its clip.
        read: the number of frames wanted -> the first network inputs, decoded anew.
        writer: opens a file for the translated video, whose `write` takes frames, uint8 [H, W, 3].
    """

    name: str
    read: Callable[[int], Iterable[Tensor]]
    writer: Callable[[], AbstractContextManager]


def time_streams(
    streams: Sequence[Stream],
    methods: Mapping[str, StreamMethod],
    teacher_ms: float,
    limit: int | None,
    device: torch.device,
) -> dict[str, object]:
    """Time every method on the same frames.

    Args:
        teacher_ms: time of the teacher on a frame, by which the number of frames is chosen.
        limit: most frames of each video; None: as many as the time allows.

    Returns:
        "ms": method -> {"median", "p95"} per frame.
        "clips": names of the videos.
        "frames": how many frames they have together.
    """
    affordable = int(BUDGET_MS / (PASSES * len(methods) * teacher_ms))
    each = min(max(affordable, FEWEST), MOST) // len(streams)
    each = min(each, limit or each)
    count = sum(1 for stream in streams for _ in stream.read(each))  # all files are in memory from now on

    def play(method: StreamMethod) -> None:
        for stream in streams:
            method.reset()
            with stream.writer() as video:
                for frame in stream.read(each):
                    video.write(image.to_uint8(method.step(frame)[0]))

    ms = measure_streams(methods, play, count, device)
    return {"ms": ms, "clips": [stream.name for stream in streams], "frames": count}
