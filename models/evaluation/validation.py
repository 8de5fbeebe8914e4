"""Figures of a Shortcut block on held-out clips, during its training."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from torch import Tensor

from models.evaluation.baselines import BASELINES
from models.evaluation.evaluate import evaluate_clip, frame_contexts
from models.evaluation.metrics import MetricResources, choose
from models.evaluation.scores import Scores
from models.shortcut import Shortcut
from models.shortcut.inference import optimize
from models.streaming.refresh import Every
from models.streaming.stages import eager
from models.streaming.translator import Translator
from models.teachers.base import Teacher
from util import distributed, exchange
from util.report.record import SHORTCUT

Item = TypeVar("Item")


@dataclass(frozen=True)
class ValClip(Generic[Item]):
    """A held-out clip. `read` yields its frames; it raises ValueError or OSError at one that cannot be read."""

    name: str
    read: Callable[[], Iterable[Item]]


def readable(clips: Iterable[ValClip[Item]], left_out: list[str]) -> Iterator[tuple[str, Sequence[Item]]]:
    """Yield name and frames of each clip; a clip with an unreadable frame only adds a line to `left_out`."""
    for clip in clips:
        try:
            items = list(clip.read())
        except (ValueError, OSError) as error:
            left_out.append(f"validation leaves out clip {clip.name}: {error}")
        else:
            yield clip.name, items


def validate_block(
    clips: Sequence[ValClip[Tensor]],
    teacher: Teacher,
    block: Shortcut,
    interval: int,
    refresh_output: str = "teacher",
    backend: str = "auto",
) -> tuple[dict[str, float], list[str]]:
    """Return figures, none if there was no skipped frame, and a line for each clip that could not be read.

    The figures are PSNR and SSIM on skipped frames, over all and per distance, and the PSNR of the baseline "reuse".
    "best" is the mean PSNR over skipped frames. The processes take turns with the clips; all call this.

    Args:
        clips: of frames [1, 3, H, W] in [-1, 1].
        teacher, block: on one device.
        interval: frames from one reference frame to the next.
        refresh_output: as for `Translator`.
        backend: of the deformable convolutions.
    """
    device = next(block.parameters()).device
    resources, baselines = MetricResources(device=device), {"reuse": BASELINES["reuse"]}
    scores, left_out = Scores(choose(["psnr", "ssim"], resources), resources, [SHORTCUT, *baselines]), []
    stages = eager(teacher.for_inference(), optimize(block, backend))
    translators = {SHORTCUT: Translator(stages, Every(interval), refresh_output)}
    for name, images in readable(distributed.own(clips), left_out):
        for _ in evaluate_clip(translators, teacher, frame_contexts(name, images), scores, baselines, device):
            pass  # only the scores are wanted
    scores.collect()
    every = exchange.gather(left_out)
    return exchange.from_main(lambda: _figures(scores)), [line for lines in every for line in lines]


def _figures(scores: Scores) -> dict[str, float]:
    figures = {}
    if not scores.frames()["skipped"]:
        return figures
    for metric, values in scores.figures().items():
        figures[f"{metric}_skipped"] = values["skipped"]
        figures |= {f"{metric}_distance_{d}": value for d, value in values["per_distance"].items()}
    reuse = scores.figures("reuse")["psnr"]["skipped"]
    return {**figures, "reuse_psnr_skipped": reuse, "best": figures["psnr_skipped"]}
