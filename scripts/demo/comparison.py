"""Translates a video by a teacher and by its Shortcut, and compares the two frame by frame."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import cv2
import numpy as np
import torch

from data.frames import Size
from data.video import Video
from data.video.writer import VideoWriter
from models.evaluation.cost import timed_ms
from models.evaluation.metrics.image import Psnr
from models.evaluation.pipeline_cost import measure_cost
from models.streaming.translator import Step
from scripts.demo.models import Model
from util import image


@dataclass
class Comparison:
    """What was measured of a video.

    distances: of each frame, as `Step` has it; 0: the teacher made it.
    psnr_db: of each frame, Shortcut against teacher.
    ms, teacher_ms: of each frame, without reading and writing.
    references, steps: the Shortcut's; a film of faces has a step for each face in a frame.
    saving: how many times fewer MACs the Shortcut has taken.
    """

    distances: list[int] = field(default_factory=list)
    psnr_db: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    teacher_ms: list[float] = field(default_factory=list)
    references: int = 0
    steps: int = 0
    saving: float = 1.0

    @property
    def skipped_psnr_db(self) -> float | None:
        """The mean over skipped frames; None if there is none."""
        skipped = [psnr for psnr, distance in zip(self.psnr_db, self.distances, strict=True) if distance]
        return mean(skipped) if skipped else None


class _Watch:
    """Looks at the steps of the Shortcut."""

    def __init__(self, found: Comparison):
        self._found, self._distances = found, [0]
        self.size: Size | None = None  # (width, height) of the last step's output

    def __call__(self, step: Step) -> None:
        self._found.steps += 1
        self._found.references += step.is_reference
        self._distances.append(step.distance)
        self.size = step.output.shape[3], step.output.shape[2]

    def next_frame(self) -> int:
        """The largest distance in the frame that is over; 0 if it has no step."""
        distance, self._distances = max(self._distances), [0]
        return distance


def compare(film: Video, rate: float, model: Model, path: Path, done: Callable[[int], object]) -> Comparison:
    """Write a video of three panels side by side, input, teacher and Shortcut, and return what was measured.

    Args:
        rate: frames per second of that video.
        path: ends in .mp4; nothing is left there after an error.
        done: called after each frame with the number of frames so far.

    Raises:
        OSError, ValueError: the film cannot be read, or holds no face for a model of faces.
    """
    found, wait = Comparison(), lambda: None  # a picture is on the host when its call returns
    watch = _Watch(found)
    shortcut, teacher = model.networks.begin(watch), model.networks.begin_teacher()
    width, height = (side * model.scale for side in film.size)
    with VideoWriter(path, rate, (3 * width, height)) as video, closing(film.frames()) as frames:
        for number, frame in enumerate(frames):
            if not number:
                _warm_up(model, frame.image)
            target, teacher_ms = timed_ms(wait, teacher, frame.image)
            picture, ms = timed_ms(wait, shortcut, frame.image)
            found.teacher_ms.append(teacher_ms)
            found.ms.append(ms)
            found.distances.append(watch.next_frame())
            found.psnr_db.append(_psnr_db(picture, target, frame.image if model.of_faces else None))
            video.write(np.hstack([cv2.resize(frame.image, (width, height)), target, picture]))
            done(number + 1)
        if watch.size is None:
            raise ValueError("this video shows no face from the front, and the model translates faces")
    found.saving = _saving(model, watch.size, found.steps / found.references)
    return found


def _warm_up(model: Model, picture: np.ndarray) -> None:
    """Let the first call, which takes longer, be none that is timed."""
    for film in (model.networks.begin(), model.networks.begin_teacher()):
        film(picture)


def _psnr_db(picture: np.ndarray, target: np.ndarray, source: np.ndarray | None) -> float:
    """Of the Shortcut's picture; where `source` is given, of what the teacher has changed there."""
    if source is not None:
        changed = (target != source).any(axis=2)
        picture, target = (picture[changed], target[changed]) if changed.any() else (picture, target)
    return Psnr.measure(*(torch.from_numpy(pixels) / 255 for pixels in (picture, target)))


def _saving(model: Model, size: Size, interval: float) -> float:
    """How many times fewer MACs, with a reference frame every `interval` frames, for outputs of this size."""
    x = image.blank((size[0] // model.pair.teacher.scale, size[1] // model.pair.teacher.scale), model.device)
    costs = measure_cost(model.pair.teacher, model.pair.block, x, interval, backend=model.backend)
    return costs["saving"]["amortised"]
