"""train.py and test.py as two processes of torchrun do what one process does, whatever happens to one of the two."""

import csv
import json
import os
import shutil
import signal
import time

import numpy as np
import pytest
import torch

from options.test_options import TestOptions
from options.train_options import TrainOptions
from test import translate
from tests.helpers import feature_files
from tests.helpers.runs import (
    HEIGHT,
    WIDTH,
    distil,
    program,
    ranks_of,
    save,
    stripes,
    teacher_file,
    torchrun,
    translation,
    viper,
)
from train import train
from util import checkpoint

CLIPS = ("001", "002", "003", "004", "005")  # with batches of 2, the last of an epoch has no sample for one process
LONG = ["--batchSize", "2", "--niter", "7", "--pool_size", "3", "--val_clips", "0", "--print_freq", "1", "--lr", "1e-4"]
EXACT = ["--dtype", "float64"]
TEACHER = ["--model", "unsup_single", "--ngf", "4", "--ndf", "4", "--niter", "2"]
TEACHER += ["--lambda_cycle_A", "1", "--lambda_identity", "1", "--lambda_content_A", "0", "--lambda_content_B", "0"]


@pytest.fixture
def flags(tmp_path):
    viper(tmp_path / "data", CLIPS, frames=4)
    teacher_file(tmp_path / "teacher.pth")
    rng = np.random.default_rng(0)
    for path in sorted((tmp_path / "data").rglob("*.png")):  # stripes have flat channels, which magnify rounding errors
        save(path, rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8))

    def of(name, *more):
        return distil(tmp_path, "--name", name, *LONG, *more)

    return of


def alone(flags):
    torch.set_num_threads(1)
    assert train(TrainOptions().parse(flags)) == 0


def together(flags, *options):
    process = torchrun("train.py", flags, *options)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    return errors


def weights(folder, name):
    """Every network's weights and buffers in the state of a run, by their names, and the step."""
    state = checkpoint.load(folder / "runs" / name / "state.pt")
    return {f"{n}.{k}": x for n, one in state["trainer"]["networks"].items() for k, x in one.items()}, state["step"]


def difference(folder, one, other):
    (first, steps), (second, others_steps) = weights(folder, one), weights(folder, other)
    assert first.keys() == second.keys() and steps == others_steps >= 20
    return max((first[key].double() - second[key].double()).abs().max().item() for key in first)


def losses(folder, name):
    lines = (folder / "runs" / name / "log.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if "total" in line]


def when_saved(folder, process):
    """Wait until the run has saved its state."""
    while not (folder / "state.pt").exists() and process.poll() is None:
        time.sleep(0.02)


def test_a_teacher_of_two_processes_is_that_of_one(flags, tmp_path):
    alone(flags("one", *EXACT, *TEACHER))
    together(flags("two", *EXACT, *TEACHER))
    assert difference(tmp_path, "one", "two") < 1e-8


def test_a_distillation_stopped_at_one_process_stops_all_and_goes_on_with_another_number(flags, tmp_path):
    exact = [*EXACT, "--lambda_L2_out", "50", "--save_latest_freq", "10"]
    alone(flags("one", *exact))
    process = torchrun("train.py", flags("two", *exact))
    when_saved(tmp_path / "runs" / "two", process)
    os.kill(ranks_of(process)[1], signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode and "util/runtime.py" not in errors, errors  # no traceback of ours
    stopped = weights(tmp_path, "two")[1]
    assert 5 <= stopped < 21 and checkpoint.load(tmp_path / "runs" / "two" / "latest_net_ShortcutV2V.pth")
    alone(flags("two", *exact, "--continue_train"))
    assert difference(tmp_path, "one", "two") < 1e-8


def test_a_process_that_is_killed_is_started_anew_with_all_others_and_nothing_is_lost(flags, tmp_path):
    validated = ["--val_clips", "1", "--save_latest_freq", "4"]
    together(flags("whole", *validated))
    process = torchrun("train.py", flags("killed", *validated), "--max-restarts", "2")
    when_saved(tmp_path / "runs" / "killed", process)
    os.kill(ranks_of(process)[1], signal.SIGKILL)
    shown, errors = process.communicate()
    assert process.returncode == 0, errors
    assert "resuming at step" in shown and difference(tmp_path, "whole", "killed") == 0
    assert losses(tmp_path, "whole") == losses(tmp_path, "killed")

    alone(flags("one", *validated))
    both, single = ([step["total"] for step in losses(tmp_path, name)] for name in ("whole", "one"))
    assert len(both) == 21 and both == pytest.approx(single, rel=1e-3)


def test_a_batch_that_cannot_be_shared_equally_is_refused(flags):
    process = torchrun("train.py", flags("odd", "--batchSize", "3"))
    assert "--batchSize is that of all 2 processes and must be a multiple, got 3" in process.communicate()[1]
    assert process.returncode != 0


def test_other_programs_say_that_they_are_one_process(tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    ended = program("scripts/compare_runs.py", ["--out", str(tmp_path / "x"), "a", "b"])
    assert ended.returncode == 1 and "runs as one process, but WORLD_SIZE is 2" in ended.stderr


def rows(folder):
    """The rows of frames.csv, but for their times."""
    table = csv.DictReader((folder / "frames.csv").open(newline=""))
    return [{key: value for key, value in row.items() if key != "ms"} for row in table]


def check(one, other, tolerance=1e-9, place=""):
    """Compare every number of two nested records; FID and FVD have a tolerance of their own."""
    if not isinstance(one, dict):
        assert one == (None if other is None else pytest.approx(other, rel=tolerance, abs=1e-12)), place
        return
    assert one.keys() == other.keys(), place
    for key in one:
        check(one[key], other[key], 1e-6 if key in ("fid", "fvd") else tolerance, f"{place} {key}")


def test_a_test_whose_clips_are_shared_out_has_the_figures_and_rows_of_one_process(tmp_path):
    viper(tmp_path / "data", frames=16)
    teacher_file(tmp_path / "teacher.pth")
    flags = distil(tmp_path, "--val_clips", "0")
    for name, frames in (("065", 16), ("066", 4), ("067", 16)):
        for number in range(frames):
            place = tmp_path / "data" / "Viper" / "val" / "img" / name
            save(place / f"{name}_{number:05d}.png", stripes(3 * number, int(name)))
    alone(flags)
    networks = ["--trust_torchscript"]
    for name, module in (("inception", feature_files.Inception()), ("i3d", feature_files.I3d())):
        networks += [f"--{name}_weights", str(feature_files.save(module, tmp_path / f"{name}.pt"))]
    real = shutil.copytree(tmp_path / "data" / "Viper" / "train" / "img", tmp_path / "real" / "val").parent
    test = translation(
        tmp_path, "--no-verdict", "--no-inside", "--methods", "teacher,fixed,reuse", *networks, "--real_root", str(real)
    )
    one, two = ([*test, "--results_dir", str(tmp_path / name)] for name in ("one", "two"))
    assert translate(TestOptions().parse(one)) == 0
    process = torchrun("test.py", two)
    shown, errors = process.communicate()
    assert process.returncode == 0, errors
    folders = [tmp_path / name / "tiny" / "test_latest" for name in ("one", "two")]
    assert {p.name for p in folders[0].iterdir()} == {p.name for p in folders[1].iterdir()}
    assert shown.count("report page") == 1
    figures = [json.loads((folder / "metrics.json").read_text()) for folder in folders]
    assert figures[0]["quality"]["fvd"]["windows"] == 2 and figures[0]["quality"]["fid"]["all"] > 0
    for part in ("quality", "teacher", "baselines", "frames"):
        check(figures[0][part], figures[1][part])
    assert rows(folders[0]) == rows(folders[1])
