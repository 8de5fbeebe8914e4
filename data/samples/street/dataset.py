"""The built-in sample: a procedural street drive in the folder layouts of the real datasets.

python -m data.samples.street [--root datasets/sample] [--split val]
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from data.samples.generate import ensure_made, on_all_cores
from data.samples.street.camera import HEIGHT, WIDTH
from data.samples.street.clips import FRAMES, SEED, SPLITS, SampleClip, appearance_of, clips, scene_of
from data.samples.street.render import render
from util.viper import resize_labels

FORMAT = 5  # raise it when the drawn images change
JPEG_QUALITY, PNG_EFFORT = 95, 1
STAMP_NAME = "sample.json"


def ensure(root: Path, frames: int = FRAMES, splits: Sequence[str] = SPLITS) -> Path:
    """Draw the splits of the sample that `root` lacks, or holds in another version, and return `root`.

    Args:
        root: folder of the sample. A split appears in it complete or not at all.
        frames: frames per clip.
        splits: any of "train" and "val".

    Raises:
        ValueError: `root` holds other files; nothing is changed then.
    """
    stamp = {"format": FORMAT, "height": HEIGHT, "width": WIDTH, "frames": frames, "jpeg_quality": JPEG_QUALITY}
    stamp["seed"] = SEED

    def make(folder: Path, missing: Sequence[str]) -> None:
        calls = [(folder, clip, frames) for clip in clips() if clip.split in missing]
        on_all_cores(write_clip, calls, len(calls) * frames, f"sample, {' and '.join(missing)}")

    return ensure_made(root, stamp, STAMP_NAME, splits, make)


def write_clip(root: Path, clip: SampleClip, frames: int = FRAMES) -> int:
    """Draw a clip and write it below `root`, in the layout of its domain. Returns the number of frames."""
    cv2.setNumThreads(1)  # one process per core is faster than threads within small images
    shots = [(scene_of(shot, frames), appearance_of(shot)) for shot in clip.shots]
    for t in range(frames):
        image, label = render(*shots[clip.shot(t)], t)
        if clip.domain == "A":
            frame = f"{clip.name}/{clip.name}_{t:05d}"
            _write(root / "Viper" / clip.split / "img" / f"{frame}.jpg", image)
            _write(root / "Viper" / clip.split / "cls" / f"{frame}.png", label)
            _write_square(root / clip.split, Path(frame).name, image, label)
        else:
            city = clip.name.split("_")[0]
            folder = root / "Cityscapes_sequence" / "leftImg8bit" / clip.split / city
            _write(folder / f"{clip.name}_{t:06d}_leftImg8bit.png", image)
    return frames


def _write_square(folder: Path, name: str, image: np.ndarray, label: np.ndarray) -> None:
    """Write a frame and its label map in the layout of Viper <-> labels: as published, they are resized to a square."""
    size = (HEIGHT, HEIGHT)
    _write(folder / "A" / f"{name}.jpg", cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    _write(folder / "B" / f"{name}.png", resize_labels(label, size))


def _write(path: Path, image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    if path.suffix == ".png":
        flags = [cv2.IMWRITE_PNG_COMPRESSION, PNG_EFFORT]
    if not cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR), flags):
        raise OSError(f"could not write {path}: is the disk full?")
