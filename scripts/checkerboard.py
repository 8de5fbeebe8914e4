"""Does a teacher draw a checkerboard? Its outputs on val clips against frames of its target domain.

    python scripts/checkerboard.py RUN_OR_CHECKPOINT... [--task v2c|v2l|l2v] [--dataroot DIR]

A checkerboard is power at periods of 2 and 4 pixels, measured in dB over that of the neighbouring frequencies.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch  # noqa: E402
from torch import Tensor  # noqa: E402

from data.clips import Clip  # noqa: E402
from data.layouts import cityscapes, label_a, label_b, viper  # noqa: E402
from data.stream import frames  # noqa: E402
from models.teachers import TEACHERS  # noqa: E402
from models.training.checkerboard import excess, power_spectrum  # noqa: E402
from util import checkpoint, runtime  # noqa: E402
from util.runtime import finish  # noqa: E402
from util.tables import markdown  # noqa: E402

DOMAINS = {"v2c": (viper, cityscapes), "v2l": (label_a, label_b), "l2v": (label_b, label_a)}  # source, target
TASK_OF_NETWORK = {"latest_net_G_A.pth": "v2l", "latest_net_G_B.pth": "l2v"}  # one training gives both
EVERY = 3  # frames: neighbours show nearly the same
Excess = dict[tuple[int, str], float]  # (period, direction) -> dB
CLEAR_DB = 1.0  # groups of the sample's clips of one domain differ by up to 0.8


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
    teacher = TEACHERS["recycle_gan"].build(checkpoint.load(path)).for_inference()
    source, target = (layout(root, "val") for layout in DOMAINS[task])
    outputs = (teacher(x).clamp(-1, 1) for x in some_frames(source))
    return dB_above(outputs), dB_above(some_frames(target))


def dB_above(images: Iterator[Tensor]) -> Excess:
    return {key: value.item() for key, value in excess(power_spectrum(images)).items()}


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
