"""Images a second and memory of training steps by setting, beside the published loop's way; see the .sh file.

Networks and terms are those of Viper -> Cityscapes, with random weights; the teacher's features stand for LPIPS, which
needs a file. The frames are drawn JPEGs of 1920 x 1080. The rows take turns, step by step, so that a busy machine slows
all of them. An image is a sample, of two frames.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from scripts.benchmark_training.rows import SETTINGS, Row, growth_mb, new_distiller
from util import runtime
from util.files import replacing, to_json
from util.tables import markdown

JPEG_SIZE, FRAMES = (1920, 1080), 4


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
