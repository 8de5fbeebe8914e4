"""Scripts, files of options and typed flags: which of them wins, and where a relative path begins."""

import os
import subprocess
import sys

import pytest

from options.layers import CALLER_VARIABLE
from options.record import save
from tests.helpers.scripts import SCRIPTS, copied, name, parsed, script, shown


def test_every_path_is_meant_from_where_the_script_was_called(workplace):
    """Run to the end of parsing, which names what it does not find there."""
    flags = {"--gt_root": "a", "--real_root": "b", "--seg_weights": "c", "--parsing_map_path": "d", "--dataroot": "e"}
    typed = [word for pair in flags.items() for word in pair]
    command = ["bash", script("test_v2c"), *typed, "--main_G_path=f"]
    env = {**os.environ, "PYTHON": sys.executable}
    ran = subprocess.run(command, env=env, cwd=workplace, capture_output=True, text=True)
    assert ran.returncode == 2
    for flag, path in {**flags, "--main_G_path": "f"}.items():
        assert f"{flag} {workplace / path}: no such file" in ran.stderr


@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_an_options_file_wins_over_the_script_and_typed_flags_over_the_file(path, dataset, workplace):
    held = {"name": "filed", "fineSizeH": 64, "skip_idx_start": 4, "checkpoints_dir": "out", "seed": 3}
    (workplace / "mine.yaml").write_text("".join(f"{key}: {value}\n" for key, value in held.items()))
    env = {"dataset_root": str(workplace)} if dataset else {}
    opt = parsed(shown(path, "--options", "mine.yaml", "--seed", "4", cwd=workplace, **env)[0])
    assert {key: getattr(opt, key) for key in held} == {**held, "seed": 4}


@pytest.mark.parametrize("line", ["dataroot: data sets", "dataroot: 'data sets' ", 'dataroot: "data sets"  # mine'])
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_dataset_of_an_options_file_is_not_taken_for_none(path, line, workplace):
    (workplace / "mine.yaml").write_text(f"seed: 1\n{line}\n")
    (workplace / "data sets").mkdir()
    arguments, told = shown(path, "--options", str(workplace / "mine.yaml"))
    opt = parsed(arguments)
    assert opt.dataroot == "data sets" and "-m data." not in told and not opt.name.endswith("_sample")


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_the_options_of_a_run_on_the_sample_repeat_it_and_draw_it_where_it_is_missing(path, workplace):
    first = parsed(shown(path, "--seed", "7")[0])
    save(first, workplace / "options.yaml")
    arguments, told = shown(path, "--options", "options.yaml", cwd=workplace)
    again = {**vars(parsed(arguments)), "options": None}
    assert again == vars(first) and "-m data." in told


def test_an_interval_of_an_options_file_is_fixed_as_one_that_is_typed(workplace):
    (workplace / "mine.yaml").write_text("max_interval: 5\n")
    opt = parsed(shown(script("test_v2c"), "--options", "mine.yaml", cwd=workplace)[0])
    assert (opt.refresh, opt.max_interval) == ("fixed", 5)


def test_from_the_repository_root_paths_stay_as_typed(workplace, monkeypatch):
    monkeypatch.setenv(CALLER_VARIABLE, str(workplace))
    opt = parsed(shown(copied(workplace, "test_v2c"), "--results_dir", "out", cwd=workplace)[0])
    assert (opt.results_dir, opt.checkpoints_dir) == ("out", "./checkpoints")


def test_paths_of_a_script_and_of_an_options_file_are_meant_from_the_repository_root(workplace, monkeypatch):
    (workplace / "called").mkdir()
    (workplace / "called" / "mine.yaml").write_text("results_dir: out\n")
    monkeypatch.setenv(CALLER_VARIABLE, str(workplace / "called"))
    opt = parsed(shown(script("test_v2c"), "--options", "mine.yaml", cwd=workplace / "called")[0])
    assert opt.options == str(workplace / "called" / "mine.yaml") and opt.results_dir == "out"
    assert (opt.checkpoints_dir, opt.dataroot) == ("./checkpoints", "datasets/sample")
