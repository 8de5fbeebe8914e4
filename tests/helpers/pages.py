"""The folder of a finished run, as small as it can be, for the tests of its report page."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

from data.video.writer import VideoWriter
from models.evaluation.evaluate import FrameResult
from models.evaluation.record import FrameTable
from tests.util.report.test_text import RECORD
from util.report.clips import inside_file, video_file
from util.report.record import write_run

WIDTH, HEIGHT, FPS, FRAMES, INTERVAL = 64, 48, 10, 6, 3
METHODS = ("shortcut", "reuse", "flow_warp")
# Grey level of the teacher's panel, and by how much the Shortcut's differs per frame of distance.
TEACHER, ERROR = 100, 6
SPOT = slice(26, 38), slice(44, 56)  # rows and columns of the Shortcut's panel that may be wrong by more, by SPOT_ERROR
SPOT_ERROR = 100

UNEVEN = ("0", "0.1", "0.5", "0.6", "1.3", "1.4")  # when the frames of a video of variable rate are shown, s


def level(number: int) -> int:
    """The grey level of the input's panel in frame `number`."""
    return 30 + 35 * number


def psnr(clip: int, number: int) -> float:
    """What frames.csv says of the Shortcut, dB."""
    return 40.0 - 5 * clip - number if number % INTERVAL else 100.0


def finished_run(
    folder: Path, names=("a", "b"), compare=True, inside=(), noise=0, spot=False, times=None, **options
) -> Path:
    """The folder, with metrics.json, frames.csv and a video per clip; every panel is flat grey.

    Args:
        inside: names of the clips that have a video of what the block did.
        noise: what compression adds to the Shortcut's panel of every frame, grey levels.
        spot: whether that panel has a place of larger error on every frame.
        times: when each frame is shown, s; None: at a constant rate.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FrameTable(folder / "frames.csv", columns()) as rows:
        for clip, name in enumerate(names):
            video(video_file(folder, name), compare, noise, spot, times)
            if name in inside:
                inside_video(inside_file(folder, name))
            for number in range(FRAMES):
                rows.add(name, frame(clip, number, compare))
    record = {**RECORD, **facts(compare)}
    write_run(folder, {**record, "options": {**record["options"], **options}})
    return folder


def columns() -> list[tuple[str, str]]:
    return [*((method, "psnr") for method in METHODS), ("shortcut", "flicker"), ("teacher", "flicker")]


def frame(clip: int, number: int, compare: bool) -> FrameResult:
    """Flicker is not known of a clip's first frame."""
    scores = {m: {"psnr": psnr(clip, number) - back if number % INTERVAL else 100} for back, m in enumerate(METHODS)}
    if number:
        scores["shortcut"]["flicker"], scores["teacher"] = 0.5 + number, {"flicker": 0.25}
    image, distance = torch.zeros(1, 3, HEIGHT, WIDTH), number % INTERVAL
    return FrameResult(
        number, distance, 12.5, image, image, is_reference=not distance, scores=scores if compare else {}
    )


def video(path: Path, compare: bool, noise: int = 0, spot: bool = False, times=None) -> None:
    with VideoWriter(path, FPS, ((3 if compare else 2) * WIDTH, HEIGHT)) as writer:
        for number in range(FRAMES):
            teacher = [TEACHER] if compare else []
            image = flat(level(number), *teacher, TEACHER + ERROR * (number % INTERVAL) + noise)
            if spot:
                image[:, -WIDTH:][SPOT] += SPOT_ERROR
            writer.write(image, None if times is None else Fraction(times[number]))


def inside_video(path: Path) -> None:
    """Panels that tell the frame's number, too: as bright as the input's, and as dark."""
    path.parent.mkdir(exist_ok=True)
    with VideoWriter(path, FPS, (2 * WIDTH, HEIGHT)) as writer:
        for number in range(FRAMES):
            writer.write(flat(level(number), 250 - level(number)))


def flat(*levels: int) -> np.ndarray:
    """Grey panels side by side."""
    return np.hstack([np.full((HEIGHT, WIDTH, 3), grey, np.uint8) for grey in levels])


def facts(compare: bool) -> dict[str, dict]:
    """A record's figures and facts."""
    nothing = {"psnr": {"skipped": None, "all": None, "pooled": None, "per_distance": {}}}
    methods = {"teacher": (70e9, 1.0, 1340), "reuse": (23e9, 3.0, 447), "shortcut": (32e9, 2.1475, 717)}
    costs = {name: dict(zip(("macs", "saving", "ms"), cost, strict=True)) for name, cost in methods.items()}
    return {
        "quality": {**RECORD["quality"], "flicker": {"all": 1.5}} if compare else nothing,
        "baselines": RECORD["baselines"] if compare else {},
        "teacher": {"flicker": {"all": 0.25}} if compare else {},
        "cost": {**RECORD["cost"], "methods": costs if compare else {"shortcut": costs["shortcut"]}},
        "frames": {"total": 2 * FRAMES, "reference": 4, "skipped": 8},
        "size": [WIDTH, HEIGHT],
        "checkpoints": {"teacher": "0123456789abcdef", "shortcut": "fedcba9876543210"},
        "options": {"name": "tiny", "phase": "test", "which_epoch": "latest", "compare": compare, "h_dim": None},
        "machine": {"cpu": "a processor", "gpu": None},
    }
