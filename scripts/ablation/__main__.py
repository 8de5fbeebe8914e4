"""Train the block without and with each of its ideas, on equal steps and pairs, and write what each brings.

Every finished row is written at once; called again, the program goes on with the rows that are missing.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from data.clips import Clip
from options.layers import from_caller
from scripts.ablation import setting
from scripts.ablation.evaluation import baselines, by_block, figures, skipped_macs
from scripts.ablation.features import Features
from scripts.ablation.results import Results
from scripts.ablation.rows import GROUPS, WHOLE, Recipe, Row
from scripts.ablation.training import LR, PAIRS, WEIGHTS, trained
from scripts.arguments import at_least
from util import checkpoint, runtime
from util.files import prepare_folder
from util.runtime import finish

Missing = dict[tuple[Recipe, int], list[Row]]  # (what is trained, seed) -> the rows that it serves


def main() -> int:
    given = parse(sys.argv[1:])
    runtime.prepare(0, "-1")
    prepare_folder(given.out.parent)
    results = Results(given.out, shared(given))
    for task in given.task:
        for cut in cuts(given):
            if wanted := missing(given, results, task, cut):
                fill(given, results, task, cut, wanted)
    results.write()
    print(given.out.with_suffix(".md").read_text(encoding="utf-8"))
    return 0


def shared(given: argparse.Namespace) -> dict[str, object]:
    """What all rows of one file have in common."""
    weights = ", ".join(f"{name} {weight}" for name, weight in asdict(WEIGHTS).items() if weight)
    common = {"steps": given.steps, "pairs per step": PAIRS, "learning rate": LR, "weights": weights}
    for task in given.task:
        teacher = setting.teacher_of(given, task, WHOLE.recipe.cut)
        train, held_out = clips(given, task)
        common[f"{task} teacher"] = checkpoint.fingerprint(teacher.uncut_weights())
        common[f"{task} clips"] = f"{len(train)} to train on, {len(held_out)} held out"
    return common


def clips(given: argparse.Namespace, task: str) -> tuple[list[Clip], list[Clip]]:
    """Those to train on and those held out."""
    limits = {"train": given.train_clips, "val": given.val_clips}
    return tuple(setting.clips_of(given, task, split, limit) for split, limit in limits.items())


def cuts(given: argparse.Namespace) -> list[tuple[int, int]]:
    """The cuts that the chosen rows need, each once."""
    return list(dict.fromkeys(row.recipe.cut for row in chosen(given)))


def chosen(given: argparse.Namespace) -> Iterator[Row]:
    return (row for group in given.rows for row in GROUPS[group])


def missing(given: argparse.Namespace, results: Results, task: str, cut: tuple[int, int]) -> Missing:
    """What is left to train for this task at this cut."""
    wanted: Missing = {}
    for seed in range(given.seeds):
        for row in chosen(given):
            if row.recipe.cut == cut and not results.done(task, row.name, seed):
                wanted.setdefault((row.recipe, seed), []).append(row)
    return wanted


def fill(given: argparse.Namespace, results: Results, task: str, cut: tuple[int, int], wanted: Missing) -> None:
    """Train and test what is `wanted`, and the baselines if they are missing."""
    teacher = setting.teacher_of(given, task, cut)
    train, held_out = (Features(teacher, shown) for shown in clips(given, task))
    for name, predict in baselines(held_out).items():
        if not results.done(task, name, None):
            results.add(task, name, None, figures=figures(predict, held_out))
    for (recipe, seed), rows in wanted.items():
        tell(f"{task} {cut[0]}..{cut[1]} {', '.join(row.name for row in rows)}, seed {seed}")
        start = time.monotonic()
        block = trained(recipe, teacher, train, given.steps, seed)
        seconds = round(time.monotonic() - start)
        macs = skipped_macs(block, held_out)
        for row in rows:
            shown = figures(by_block(block, held_out, row.hold), held_out)
            results.add(task, row.name, seed, figures=shown, macs=macs, training_seconds=seconds)
            tell(f"  {row.name}: {shown['near']['psnr']:.2f} dB at distances 1-2, {shown['far']['psnr']:.2f} at 1-12")


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="ablation.sh", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    setting.add_flags(parser, tasks=("v2c", "v2l"))
    groups = "; ".join(f"{name}: {', '.join(row.name for row in rows)}" for name, rows in GROUPS.items())
    usual = ["ladder", "cut", "hold"]
    add("--rows", nargs="+", choices=GROUPS, default=usual, help=f"default: {' '.join(usual)}. Known are {groups}")
    add("--steps", type=at_least(1), default=1500, help=f"of {PAIRS} pairs each (default %(default)s)")
    add("--seeds", type=at_least(1), default=2, help="trainings of each row (default %(default)s)")
    add("--train_clips", type=at_least(1), help="only the first so many (default: all)")
    add("--val_clips", type=at_least(1), help="only the first so many (default: all)")
    add(
        "--out",
        type=json_file,
        default=setting.ROOT / "docs" / "ablation.json",
        help="file of the results, a table goes beside it (default docs/ablation.json)",
    )
    return parser.parse_args(argv)


def json_file(text: str) -> Path:
    if not text.endswith(".json"):
        raise argparse.ArgumentTypeError(f"must end in .json, got {text!r}")
    return Path(from_caller(text))


if __name__ == "__main__":
    finish("ablation.sh", main)
