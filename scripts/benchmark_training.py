"""Images a second and memory of training steps by setting, beside the published loop's way; see the .sh file.

Networks and terms are those of Viper -> Cityscapes, with random weights; the teacher's features stand for LPIPS, which
needs a file. The frames are drawn JPEGs of 1920 x 1080. The rows take turns, step by step, so that a busy machine slows
all of them. An image is a sample, of two frames.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from data.frames import RandomCrop, read_frame
from models.evaluation.cost import peak_memory_mb
from models.shortcut import BLOCKS
from models.shortcut.init import initialise
from models.teachers.recycle_gan import ResnetGenerator
from models.training.discriminators import SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.distiller import Distiller, LossWeights
from models.training.perceptual import TeacherPerceptual
from util import runtime
from util.files import replacing, to_json
from util.tables import markdown

JPEG_SIZE, FRAMES = (1920, 1080), 4
LOAD_SHARE = (542 / 512, 286 / 256)  # load size over fine size, as published


@dataclass(frozen=True)
class Setting:
    """How a row trains and reads.

    amp, accumulate, compile: the flags of train.py.
    reads_losses: every loss is read after every step, one by one, as the published loop does.
    draft: JPEGs that will be shrunk are read smaller.
    """

    amp: str = "off"
    accumulate: int = 1
    compile: bool = False
    reads_losses: bool = False
    draft: bool = True


PUBLISHED = "published"
SETTINGS = {
    PUBLISHED: Setting(reads_losses=True, draft=False),
    "fp32": Setting(),
    "bf16": Setting("bf16"),
    "bf16, 2 parts": Setting("bf16", accumulate=2),
    "bf16, compiled": Setting("bf16", compile=True),
}


def new_distiller(setting: Setting, width: int, device: torch.device) -> Distiller:
    torch.manual_seed(0)
    teacher = ResnetGenerator(width).cut().to(device)
    block = initialise(BLOCKS["published"](feat_ch=2 * width, h_dim=64)).to(device)
    discriminators = (kind(width).to(device) for kind in (SpectralPatchDiscriminator, TemporalPatchDiscriminator))
    made = Distiller(teacher, block, LossWeights(), *discriminators, perceptual=TeacherPerceptual(teacher))
    made.amp, made.accumulate = runtime.precision(setting.amp, device), setting.accumulate
    if setting.compile:
        made.compile()
    return made


class Row:
    """One setting's training: each `turn` reads a batch and trains on it. Seconds of both are kept.

    Args:
        files: JPEGs of FRAMES frames.
        size: (width, height) in pixels of what the networks see.
    """

    def __init__(self, setting: Setting, files: Sequence[Path], size: tuple[int, int], batch: int, trainer: Distiller):
        self.setting, self.files, self.batch, self.trainer = setting, files, batch, trainer
        width, height = (round(n * share) for n, share in zip(size, LOAD_SHARE, strict=True))
        self.crop, self.device = RandomCrop((width, height), size), next(trainer.teacher.parameters()).device
        self.reading, self.training = [], []

    def turn(self) -> None:
        inputs = self._timed(self.reading, self._read)
        self._timed(self.training, lambda: self._train(*inputs))

    def _read(self) -> tuple[Tensor, ...]:
        rng = np.random.default_rng(0)
        at_least = self.crop.load_size if self.setting.draft else None
        images = [self.crop.apply(read_frame(path, at_least), self.crop.draw(rng)) for path in self.files]
        chosen = torch.stack([images[number % len(images)] for number in range(2 * self.batch)])
        return chosen.to(self.device).chunk(2)

    def _train(self, reference: Tensor, current: Tensor) -> None:
        losses = self.trainer.step(reference, current)
        if self.setting.reads_losses:
            dict(losses)
        self.trainer.check()

    def _timed(self, seconds: list[float], work: Callable[[], object]):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
        return result

    def figures(self, skipped: int = 1) -> dict[str, float]:
        """Medians without the first turn. A frame read counts `batch` x 2 / FRAMES times."""
        train, read = np.median(self.training[skipped:]), np.median(self.reading[skipped:]) / len(self.files)
        per_image = train / self.batch + 2 * read
        return {
            "step_images_per_s": self.batch / train,
            "read_ms_per_frame": 1e3 * read,
            "images_per_s": 1 / per_image,
            "waiting_share": 2 * read / per_image,
        }


def growth_mb(device: torch.device, make: Callable[[], Row]) -> tuple[Row, float]:
    """A row after its first turn, and the MiB by which memory grew at most from before it was made."""
    runtime.trim_memory()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif Path("/proc/self/clear_refs").exists():
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew from here
    before = peak_memory_mb(device)
    row = make()
    row.turn()
    return row, peak_memory_mb(device) - before


def draw_frames(folder: Path) -> list[Path]:
    """JPEGs with structure of many sizes, as a camera's."""
    rng, files = np.random.default_rng(0), []
    for number in range(FRAMES):
        layers = [
            Image.fromarray(rng.integers(0, 256, (4 * n, 7 * n, 3), np.uint8)).resize(JPEG_SIZE) for n in (1, 6, 40)
        ]
        files.append(folder / f"{number}.jpg")
        Image.fromarray(np.mean([np.asarray(x) for x in layers], axis=0).astype(np.uint8)).save(files[-1], quality=92)
    return files


def measure(args: argparse.Namespace) -> dict[str, dict[str, float]]:
    """{row: its figures}."""
    device = runtime.prepare(0, args.gpu_ids)
    rows, memory = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        files = draw_frames(Path(folder))
        for name in args.rows:
            setting = SETTINGS[name]
            rows[name], memory[name] = growth_mb(
                device,
                lambda s=setting: Row(s, files, tuple(args.size), args.batch, new_distiller(s, args.width, device)),
            )
        for _ in range(args.steps):
            for row in rows.values():
                row.turn()
    return {name: {**row.figures(), "memory_growth_mb": memory[name]} for name, row in rows.items()}


def table(found: dict[str, dict[str, float]]) -> str:
    first = next(iter(found.values()))
    heads = ["setting", "step, images/s", "x", "read, ms a frame", "both, images/s", "x", "waiting", "memory, MiB"]
    rows = [
        [name, f"{f['step_images_per_s']:.3f}", f"{f['step_images_per_s'] / first['step_images_per_s']:.2f}"]
        + [
            f"{f['read_ms_per_frame']:.1f}",
            f"{f['images_per_s']:.3f}",
            f"{f['images_per_s'] / first['images_per_s']:.2f}",
        ]
        + [f"{100 * f['waiting_share']:.0f} %", f"{f['memory_growth_mb']:.0f}"]
        for name, f in found.items()
    ]
    return markdown(heads, rows)


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/benchmark_training.sh", description=__doc__)
    names = f"some of {', '.join(SETTINGS)}, separated by semicolons; compiled ones take minutes"
    parser.add_argument("--rows", default=";".join(n for n in SETTINGS if "compiled" not in n), help=names)
    parser.add_argument("--size", type=int, nargs=2, default=(512, 256), metavar=("W", "H"), help="pixels")
    parser.add_argument("--batch", type=int, default=4, help="samples per step")
    parser.add_argument(
        "--width", type=int, default=64, help="channels of the first layer of teacher and discriminators"
    )
    parser.add_argument("--steps", type=int, default=5, help="timed steps of each row, after one that is not")
    parser.add_argument("--gpu_ids", default=None, help="as in train.py")
    parser.add_argument("--out", type=Path, default=None, help="also write the figures to this JSON file")
    args = parser.parse_args(argv)
    args.rows = [name.strip() for name in args.rows.split(";")]
    if unknown := [name for name in args.rows if name not in SETTINGS]:
        parser.error(f"--rows {', '.join(unknown)}: none of {', '.join(SETTINGS)}")
    if min(args.batch, args.width, args.steps, *args.size) < 1:
        parser.error("--batch, --width, --steps and --size must be at least 1")
    return args


def main(argv: Sequence[str] | None = None) -> None:
    args = parse(argv)
    found = measure(args)
    print(table(found))
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        asked = {name: value for name, value in vars(args).items() if name != "out"}
        with replacing(args.out) as partial:
            partial.write_text(to_json({"machine": runtime.machine(), "asked": asked, "rows": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
