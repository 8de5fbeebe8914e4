"""The built-in talking heads as video files: {train,val}/<clip>.mp4.

python -m data.samples.heads [--root datasets/heads]
"""

from collections.abc import Sequence
from pathlib import Path

import cv2

from data.samples.generate import ensure_made, on_all_cores
from data.samples.heads.appearance import random_appearance
from data.samples.heads.backdrop import backdrop
from data.samples.heads.motion import FPS, poses
from data.samples.heads.render import render
from data.video.writer import VideoWriter

FORMAT = 1  # raise it when the drawn images change
SIZE, FRAMES, SEED = 384, 30, 2024
CLIPS = {"train": 24, "val": 6}
STAMP_NAME = "heads.json"


def ensure(root: Path, frames: int = FRAMES, size: int = SIZE) -> Path:
    """Draw the clips that `root` lacks, or holds in another version, and return `root`.

    Args:
        root: folder of the clips. It appears complete or not at all.
        frames: frames per clip.
        size: width and height of the frames, at least 64 px.

    Raises:
        ValueError: `root` holds other files; nothing is changed then.
    """
    stamp = {"format": FORMAT, "size": size, "frames": frames, "clips": CLIPS, "seed": SEED}

    def make(folder: Path, missing: Sequence[str]) -> None:
        calls = [(folder, split, n, frames, size) for split in missing for n in range(CLIPS[split])]
        on_all_cores(write_clip, calls, len(calls) * frames, "heads")

    return ensure_made(root, stamp, STAMP_NAME, list(CLIPS), make)


def write_clip(root: Path, split: str, number: int, frames: int = FRAMES, size: int = SIZE) -> int:
    """Draw one clip to <root>/<split>/head_<number>.mp4. Returns the number of frames."""
    cv2.setNumThreads(1)  # one process per core is faster than threads within small images
    seed = [SEED, *split.encode(), number]
    look = random_appearance(seed)
    drawn = backdrop(look, size)
    path = root / split / f"head_{number:02d}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    with VideoWriter(path, FPS, (size, size)) as video:
        for t, pose in enumerate(poses([*seed, 1], frames)):
            video.write(render(look, pose, drawn, size, t))
    return frames
