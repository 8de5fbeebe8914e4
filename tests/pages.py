"""The folder of a finished run, as small as it can be, for the tests of its report page."""

from pathlib import Path

import numpy as np
import torch

from data.video_writer import VideoWriter
from tests.test_tables import RECORD
from util.evaluation import FrameResult
from util.report import FrameTable, write_run

WIDTH, HEIGHT, FPS, FRAMES, INTERVAL = 64, 48, 10, 6, 3
TEACHER, ERROR = (
    100,
    6,
)  # grey level of the teacher's panel, and by how much the Shortcut's differs per frame of distance


def level(number: int) -> int:
    """The grey level of the input's panel in frame `number`."""
    return 30 + 35 * number


def psnr(clip: int, number: int) -> float:
    """What frames.csv says of the Shortcut, dB."""
    return 40.0 - 5 * clip - number if number % INTERVAL else 100.0


def finished_run(folder: Path, names=("a", "b"), compare=True, **options) -> Path:
    """The folder, with metrics.json, frames.csv and a video per clip; every panel is flat grey."""
    folder.mkdir(parents=True, exist_ok=True)
    series = ["shortcut", "reuse", "flow_warp"]
    with FrameTable(folder / "frames.csv", series, ["psnr"]) as rows:
        for clip, name in enumerate(names):
            video(folder / f"{name}.mp4", compare)
            for number in range(FRAMES):
                image = torch.zeros(1, 3, HEIGHT, WIDTH)
                scores = (
                    {one: {"psnr": psnr(clip, number) - back} for back, one in enumerate(series)} if compare else {}
                )
                rows.add(name, FrameResult(number, number % INTERVAL, 12.5, image, image, scores=scores))
    record = {**RECORD, **facts(compare)}
    write_run(folder, {**record, "options": {**record["options"], **options}})
    return folder


def video(path: Path, compare: bool) -> None:
    with VideoWriter(path, FPS, ((3 if compare else 2) * WIDTH, HEIGHT)) as writer:
        for number in range(FRAMES):
            teacher = [TEACHER] if compare else []
            panels = [level(number), *teacher, TEACHER + ERROR * (number % INTERVAL)]
            writer.write(np.hstack([np.full((HEIGHT, WIDTH, 3), grey, np.uint8) for grey in panels]))


def facts(compare: bool) -> dict[str, dict]:
    """What a record holds beside the figures."""
    nothing = {"quality": {"psnr": {"skipped": None, "all": None, "pooled": None, "per_distance": {}}}, "baselines": {}}
    return {
        **({} if compare else nothing),
        "frames": {"total": 2 * FRAMES, "reference": 4, "skipped": 8},
        "size": [WIDTH, HEIGHT],
        "checkpoints": {"teacher": "0123456789abcdef", "shortcut": "fedcba9876543210"},
        "options": {"name": "tiny", "phase": "test", "which_epoch": "latest", "compare": compare, "h_dim": None},
        "machine": {"cpu": "a processor", "gpu": None},
    }
