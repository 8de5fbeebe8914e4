"""Does a teacher draw a checkerboard? Its outputs on val clips against frames of its target domain.

    python scripts/checkerboard.py RUN_OR_CHECKPOINT... [--task v2c|v2l|l2v] [--dataroot DIR]

A checkerboard is power at periods of 2 and 4 pixels, measured in dB over that of the neighbouring frequencies.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch  # noqa: E402
from torch import Tensor  # noqa: E402

from data.clips import Clip  # noqa: E402
from data.layouts import cityscapes, label_a, label_b, viper  # noqa: E402
from data.stream import frames  # noqa: E402
from models.teachers import TEACHERS  # noqa: E402
from scripts.tables.text import markdown  # noqa: E402
from util import checkpoint, runtime  # noqa: E402
from util.program import finish  # noqa: E402

DOMAINS = {"v2c": (viper, cityscapes), "v2l": (label_a, label_b), "l2v": (label_b, label_a)}  # source, target
TASK_OF_NETWORK = {"latest_net_G_A.pth": "v2l", "latest_net_G_B.pth": "l2v"}  # one training gives both
EVERY = 3  # frames: neighbours show nearly the same
TILE = 64  # pixels; frequencies are multiples of 1/64
PERIODS = (2, 4)  # pixels: of the teacher's two upsampling layers
DIRECTIONS = {"across": [(0, 1)], "down": [(1, 0)], "diagonal": [(1, 1), (1, -1)]}  # steps in (y, x)
CLEAR_DB = 1.0  # groups of the sample's clips of one domain differ by up to 0.8

Excess = dict[tuple[int, str], float]  # (period, direction) -> dB


def power_spectrum(images: Iterable[Tensor]) -> Tensor:
    """[TILE, TILE] mean power at frequencies (y, x) / TILE of images [1, 3, H, W], by Welch's method.

    Raises:
        ValueError: no image, or one that is smaller than a tile.
    """
    window = torch.hann_window(TILE)[:, None] * torch.hann_window(TILE)
    total, count = torch.zeros(TILE, TILE), 0
    for image in images:
        if min(image.shape[-2:]) < TILE:
            raise ValueError(f"a spectrum needs images of at least {TILE} x {TILE} pixels, got {list(image.shape)}")
        tiles = image[0].float().cpu().unfold(1, TILE, TILE // 2).unfold(2, TILE, TILE // 2).flatten(0, 2)
        tiles = tiles - tiles.mean((1, 2), keepdim=True)
        total += torch.fft.fft2(tiles * window).abs().square().sum(0)
        count += len(tiles)
    if not count:
        raise ValueError("a spectrum needs at least one image, got none")
    return total / count


def excess(power: Tensor) -> Excess:
    """dB by which the power at each period and direction is above that of its neighbours on the same line."""
    return {
        (period, name): 10 * max(_above(power, TILE // period, *step).item() for step in steps)
        for period in PERIODS
        for name, steps in DIRECTIONS.items()
    }


def _above(power: Tensor, at: int, dy: int, dx: int) -> Tensor:
    """log10 of the power at `at` steps (dy, dx) from zero over that 3 to 6 steps before and after it."""
    step, side = torch.arange(at - 6, at + 7)[:, None], torch.arange(-1, 2)
    y, x = (dy * step + dx * side) % TILE, (dx * step - dy * side) % TILE
    line = power[y, x].mean(1).clamp(min=1e-12)  # 13 steps, each three frequencies wide
    return line[5:8].mean().log10() - torch.cat([line[:4], line[-4:]]).log10().mean()


def teachers_of(given: Path, task: str | None) -> list[tuple[Path, str]]:
    """(checkpoint, task) of every teacher in a training's folder, or of the checkpoint itself.

    Args:
        task: None: as the names of folder and file tell.

    Raises:
        FileNotFoundError: there is none.
        ValueError: the names do not tell.
    """
    found = [given / name for name in TASK_OF_NETWORK if (given / name).is_file()] if given.is_dir() else [given]
    if not found or not found[0].is_file():
        raise FileNotFoundError(f"{given} is neither a checkpoint nor a folder with {' or '.join(TASK_OF_NETWORK)}")
    folder = found[0].resolve().parent.name
    named = next((name for name in DOMAINS if name in folder), None)
    if task or named == "v2c":
        return [(found[0], task or "v2c")]
    if not named or found[0].name not in TASK_OF_NETWORK:
        raise ValueError(f"the name of {found[0]} does not tell its task: give --task {'|'.join(DOMAINS)}")
    return [(path, TASK_OF_NETWORK[path.name]) for path in found]


@torch.no_grad()
def measure(path: Path, task: str, root: Path) -> tuple[Excess, Excess]:
    """Of the outputs of the teacher at `path` on val frames, and of the val frames of its target domain."""
    teacher = TEACHERS["recycle_gan"](checkpoint.load(path)).for_inference()
    source, target = (layout(root, "val") for layout in DOMAINS[task])
    outputs = (teacher(x).clamp(-1, 1) for x in some_frames(source))
    return excess(power_spectrum(outputs)), excess(power_spectrum(some_frames(target)))


def some_frames(clips: Sequence[Clip]) -> Iterator[Tensor]:
    """Every EVERY-th frame of every clip, [1, 3, H, W] in [-1, 1]."""
    for clip in clips:
        yield from (x for t, x in enumerate(frames(clip, None)) if t % EVERY == 0)


def report(path: Path, task: str, drawn: Excess, wanted: Excess) -> str:
    """The table of one teacher, and whether it draws a checkerboard."""
    more = {key: drawn[key] - wanted[key] for key in drawn}
    names = {key: f"{key[0]} px, {key[1]}" for key in drawn}
    rows = [[names[key], *(f"{figures[key]:.1f}" for figures in (drawn, wanted, more))] for key in drawn]
    above = "; ".join(f"{names[key]} (+{more[key]:.1f} dB)" for key in drawn if more[key] > CLEAR_DB)
    verdict = f"higher than the target domain's: {above}" if above else "no higher than the target domain's"
    table = markdown([f"dB over neighbouring frequencies, {task}", "teacher", "target domain", "difference"], rows)
    return f"{path}\n\n{table}\n\ncheckerboard: {verdict}"


def run(given: argparse.Namespace) -> int:
    runtime.prepare(0, "-1")
    for path, task in [pair for name in given.teachers for pair in teachers_of(name, given.task)]:
        print(report(path, task, *measure(path, task, given.dataroot)) + "\n")
    return 0


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="checkerboard.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    a_teacher = "a teacher's checkpoint, or the folder of its training"
    parser.add_argument("teachers", metavar="RUN_OR_CHECKPOINT", nargs="+", type=Path, help=a_teacher)
    parser.add_argument("--task", choices=DOMAINS, help="what the teachers do (default: as folder and file are named)")
    sample = "the dataset; its val split is read (default: the built-in sample, %(default)s)"
    parser.add_argument("--dataroot", type=Path, default=Path("datasets/sample"), help=sample)
    return parser.parse_args(argv)


if __name__ == "__main__":
    given = parse(sys.argv[1:])
    finish("checkerboard.py", lambda: run(given))
