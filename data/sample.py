"""The built-in sample: a procedural street drive in the directory layouts of the real data sets.

python -m data.sample [--root datasets/sample]
"""

import argparse
import json
import multiprocessing
import os
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import cv2
from tqdm import tqdm

from data.street import looks
from data.street.render import render
from data.street.scene import Scene, random_scene

STAMP = {"format": 1, "height": 128, "width": 256, "frames": 30, "jpeg_quality": 95, "seed": 2023}
STAMP_NAME = "sample.json"
CLIPS_A = {"train": [f"{n:03d}" for n in range(1, 25)], "val": ["025", "065", "066", "067", "068", "069"]}
CLIPS_B = {
    "train": [f"{city}_{n:06d}" for city in ("aachen", "bremen", "ulm") for n in range(8)],
    "val": [f"frankfurt_{n:06d}" for n in range(4)],
}


@dataclass(frozen=True)
class SampleClip:
    """One clip to be made: domain "A" (game) or "B" (real), split "train" or "val"."""

    domain: str
    split: str
    name: str

    @property
    def seed(self) -> list[int]:
        return [STAMP["seed"], ord(self.domain), *self.split.encode(), *self.name.encode()]


def clips() -> list[SampleClip]:
    """Every clip of the sample, in order."""
    return [
        SampleClip(domain, split, name)
        for domain, splits in (("A", CLIPS_A), ("B", CLIPS_B))
        for split, names in splits.items()
        for name in names
    ]


def scene_of(clip: SampleClip) -> Scene:
    """The scene a clip shows; `data.street.flow.exact_flow` takes it."""
    return random_scene(clip.seed, STAMP["frames"])


def look_of(clip: SampleClip) -> looks.Look:
    """The look a clip is drawn in."""
    return (looks.game if clip.domain == "A" else looks.real)(clip.seed)


def ensure(root: Path) -> Path:
    """`root`, which holds the whole sample afterwards; made only if it is missing or of another version.

    Raises:
        ValueError: `root` holds something that is not a sample; nothing is touched then.
    """
    root = Path(root)
    if _is_current(root):
        return root
    if root.exists() and not (root / STAMP_NAME).is_file() and (not root.is_dir() or any(root.iterdir())):
        raise ValueError(
            f"{root} exists and holds no {STAMP_NAME}, so it is not a sample; choose an empty or new folder"
        )
    partial = root.with_name(f"{root.name}.{os.getpid()}.partial")
    try:
        _make(partial)
        (partial / STAMP_NAME).write_text(json.dumps(STAMP, indent=2) + "\n")
        if not _is_current(root):  # another process may have been faster
            shutil.rmtree(root, ignore_errors=True)
            partial.rename(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return root


def write_clip(root: Path, clip: SampleClip) -> int:
    """Frames written below `root`, in the layout of the clip's domain."""
    cv2.setNumThreads(1)  # one process per core is faster than threads within small images
    scene, look = scene_of(clip), look_of(clip)
    for t in range(len(scene)):
        image, label = render(scene, look, t)
        if clip.domain == "A":
            frame = f"{clip.name}/{clip.name}_{t:05d}"
            _write(root / "Viper" / clip.split / "img" / f"{frame}.jpg", image)
            _write(root / "Viper" / clip.split / "cls" / f"{frame}.png", label)
        else:
            city = clip.name.split("_")[0]
            folder = root / "Cityscapes_sequence" / "leftImg8bit" / clip.split / city
            _write(folder / f"{clip.name}_{t:06d}_leftImg8bit.png", image)
    return len(scene)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the built-in sample: a procedural street drive.")
    parser.add_argument(
        "--root", type=Path, default=Path("datasets/sample"), help="folder to fill (default: %(default)s)"
    )
    print(ensure(parser.parse_args().root))


def _is_current(root: Path) -> bool:
    stamp = root / STAMP_NAME
    return stamp.is_file() and json.loads(stamp.read_text()) == STAMP


def _make(root: Path) -> None:
    root.mkdir(parents=True)
    todo = clips()
    workers = min(len(todo), os.cpu_count() or 1, 8)
    spawn = multiprocessing.get_context("spawn")  # a forked child may inherit a lock that a thread of ours holds
    with (
        ProcessPoolExecutor(workers, mp_context=spawn) as pool,
        tqdm(total=len(todo) * STAMP["frames"], desc="sample", unit="frame") as bar,
    ):
        for done in as_completed([pool.submit(write_clip, root, clip) for clip in todo]):
            bar.update(done.result())


def _write(path: Path, image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = [cv2.IMWRITE_JPEG_QUALITY, STAMP["jpeg_quality"], cv2.IMWRITE_PNG_COMPRESSION, 3]
    flags = flags[:2] if path.suffix == ".jpg" else flags[2:]
    if not cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR), flags):
        raise OSError(f"could not write {path}: is the disk full?")


if __name__ == "__main__":
    main()
