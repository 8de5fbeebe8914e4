"""Find the constants of block matching on training clips, by what a teacher's tail makes of moved features."""

import argparse
import sys
from collections.abc import Sequence
from itertools import product

from models.shortcut.matching import CONSTANTS, MatchingConstants
from scripts.ablation import setting
from scripts.ablation.features import Features
from scripts.arguments import above_zero, at_least
from scripts.fit_matching.search import DISTANCES, fits, mean_fit
from util import runtime
from util.runtime import finish
from util.tables import markdown

CUTS = {"5..17": (5, 17), "4..22": (4, 22)}
Fits = Sequence[Sequence[dict[int, float]]]  # for each choice, for each task: distance -> dB


def main() -> int:
    given = parse(sys.argv[1:])
    runtime.prepare(0, "-1")
    choices = [MatchingConstants(*one) for one in product(given.sharpness, given.stillness, given.window)]
    if CONSTANTS not in choices:
        choices.append(CONSTANTS)  # what is used now, to compare with
    by_task = [fits(features_of(given, task), choices) for task in given.task]
    found = list(zip(*by_task, strict=True))
    print(f"mean PSNR in dB of tail(moved f_ref) against the teacher's picture, {given.clips} training clips\n")
    print(table(given.task, choices, found))
    best = max(range(len(choices)), key=lambda k: mean_fit(found[k]))
    now = mean_fit(found[choices.index(CONSTANTS)])
    print(f"\nbest: {choices[best]}, {mean_fit(found[best]):.3f} dB; now: {CONSTANTS}, {now:.3f} dB")
    return 0


def features_of(given: argparse.Namespace, task: str) -> Features:
    teacher = setting.teacher_of(given, task, CUTS[given.cut])
    return Features(teacher, setting.clips_of(given, task, "train", given.clips))


def table(tasks: Sequence[str], choices: Sequence[MatchingConstants], found: Fits) -> str:
    """A row for each choice, best first."""
    heads = ["sharpness", "stillness", "window", "mean", *(f"{task} {d}" for task in tasks for d in DISTANCES)]
    order = sorted(range(len(choices)), key=lambda k: -mean_fit(found[k]))
    return markdown(heads, [[*map(str, choices[k]), f"{mean_fit(found[k]):.3f}", *cells(found[k])] for k in order], 3)


def cells(several: Sequence[dict[int, float]]) -> list[str]:
    return [f"{one[d]:.2f}" if d in one else "-" for one in several for d in DISTANCES]


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fit_matching.sh", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    setting.add_flags(parser, tasks=("v2c",))
    add("--cut", choices=CUTS, default="5..17", help="where the teachers are cut (default %(default)s)")
    add("--clips", type=at_least(1), default=8, help="training clips, the first so many (default %(default)s)")
    grid = "values to try (default %(default)s)"
    add("--sharpness", type=above_zero, nargs="+", default=[0.02, 0.03, 0.05, 0.08, 0.12], help=grid)
    add("--stillness", type=above_zero, nargs="+", default=[0.01, 0.02, 0.05, 0.1, 0.2], help=grid)
    add("--window", type=odd, nargs="+", default=[CONSTANTS.window], help=f"odd {grid}")
    return parser.parse_args(argv)


def odd(text: str) -> int:
    if not text.isdecimal() or int(text) % 2 == 0:
        raise argparse.ArgumentTypeError(f"must be an odd whole number, got {text!r}")
    return int(text)


if __name__ == "__main__":
    finish("fit_matching.sh", main)
