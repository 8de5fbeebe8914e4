"""The programs run in this process on the tiny run of `tests.helpers.runs.distil`, and what test.py leaves."""

import csv
import json
from pathlib import Path

import train
from options.test_options import TestOptions
from options.train_options import TrainOptions
from test import translate
from tests.helpers.runs import program, translation


def run_train(flags: list[str]) -> int:
    """The exit status of train.py."""
    return train.train(TrainOptions().parse(flags))


def run_test(flags: list[str]) -> int:
    """The exit status of test.py."""
    return translate(TestOptions().parse(flags))


def record_of(folder: Path, name: str = "tiny", epoch: str = "latest") -> dict:
    """metrics.json of a translation by run `name`, its results in the default folder."""
    return json.loads((folder / "results" / name / f"test_{epoch}" / "metrics.json").read_text())


def translated(folder: Path, results: str, *flags: str, name: str = "tiny") -> tuple[dict, list[dict]]:
    """metrics.json and the rows of frames.csv of a translation by run `name`, its results in folder `results`."""
    assert run_test(translation(folder, "--name", name, *flags, "--results_dir", str(folder / results))) == 0
    found = folder / results / name / "test_latest"
    return json.loads((found / "metrics.json").read_text()), list(csv.DictReader((found / "frames.csv").open()))


def refused(flags: list[str]) -> str:
    """What test.py tells on standard error before it ends with status 1."""
    ended = program("test.py", flags)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    return ended.stderr
