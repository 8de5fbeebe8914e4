"""Which tasks, data and teachers: the flags that trials on the sample share."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from data import find_clips
from data.clips import Clip
from models.teachers import TEACHERS
from models.teachers.base import Teacher
from options.layers import from_caller
from util import checkpoint

ROOT = Path(__file__).resolve().parents[2]
TEACHER_FILES = {
    task: ROOT / "checkpoints" / f"demo_{task}" / f"latest_net_{network}.pth"
    for task, network in {"v2c": "G_A", "v2l": "G_A", "l2v": "G_B"}.items()
}


def add_flags(parser: argparse.ArgumentParser, tasks: Sequence[str]) -> None:
    """--task, --dataroot and --<task>_teacher; `tasks` are those taken by default."""
    add = parser.add_argument
    add("--task", nargs="+", choices=TEACHER_FILES, default=list(tasks), help=f"default: {' '.join(tasks)}")
    add(
        "--dataroot",
        type=typed_path,
        default=ROOT / "datasets" / "sample",
        help="clips of every task, taken at their own size (default: the built-in sample)",
    )
    for task, path in TEACHER_FILES.items():
        shown = path.relative_to(ROOT)
        add(f"--{task}_teacher", type=typed_path, default=path, metavar="FILE", help=f"its weights (default: {shown})")


def typed_path(text: str) -> Path:
    """A path, meant from the caller's folder."""
    return Path(from_caller(text))


def teacher_of(given: argparse.Namespace, task: str, cut: tuple[int, int]) -> Teacher:
    """The task's teacher, cut there.

    Raises:
        FileNotFoundError, ValueError: no such file, or not the weights of a teacher that can be cut there.
    """
    return TEACHERS["recycle_gan"].build(checkpoint.load(getattr(given, f"{task}_teacher")), *cut)


def clips_of(given: argparse.Namespace, task: str, split: str, limit: int | None) -> list[Clip]:
    """The first `limit` clips of a split, all of them if that is None."""
    return find_clips(task, given.dataroot, split)[:limit]
