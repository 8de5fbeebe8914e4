"""Every script passes only flags its program knows, from any directory, and the caller's flags win."""

import os
import subprocess

import pytest

from options.layers import CALLER_VARIABLE
from tests.helpers.scripts import (
    HEADS,
    HEIGHTS,
    ROOT,
    SCRIPTS,
    STREET,
    name,
    parsed,
    script,
    shown,
)


def test_scripts_are_found():
    tasks = {f"{verb}_{task}" for verb in ("test", "train") for task in ("v2c", "v2l", "l2v")}
    assert {*tasks, "train_teacher_v2c", "train_teacher_v2l"} <= {p.stem for p in SCRIPTS}


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_parses_without_a_dataset(path, workplace):
    program, folder = HEADS if path.parent.name == "vtoonify" else STREET
    arguments, told = shown(path, "--dry_run")
    opt = parsed(arguments)
    assert opt.dry_run and opt.dataroot == folder and opt.fine_size[1] == HEIGHTS.get(name(path), 128)
    assert f"-m {program} --root {folder}" in told


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_parses_with_a_dataset(path, workplace):
    arguments, told = shown(path, dataset_root=str(workplace))
    opt = parsed(arguments)
    assert opt.dataroot == str(workplace) and opt.name != "experiment_name" and "-m data." not in told


@pytest.mark.parametrize("flags", [["--dataroot", "{}"], ["--dataroot={}"]])
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_dataset_may_be_given_as_a_flag_relative_to_the_caller(path, flags, workplace, monkeypatch):
    (workplace / "called" / "mine").mkdir(parents=True)
    monkeypatch.setenv(CALLER_VARIABLE, str(workplace / "called"))
    arguments, _ = shown(path, *(f.format("mine") for f in flags), cwd=workplace / "called", dataset_root="/elsewhere")
    assert parsed(arguments).dataroot == str(workplace / "called" / "mine")


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_the_callers_flags_win(path, workplace):
    opt = parsed(shown(path, "--name", "mine", "--checkpoints_dir=out", "--fineSizeH", "64", cwd=workplace)[0])
    assert (opt.name, opt.checkpoints_dir, opt.fineSizeH) == ("mine", "out", 64)


def test_a_flag_with_spaces_stays_one_argument(tmp_path):
    env = {**os.environ, "PYTHON": str(tmp_path / "count")}
    (tmp_path / "count").write_text('#!/bin/sh\nfor a in "$@"; do echo "$a"; done\n')
    (tmp_path / "count").chmod(0o755)
    command = ["bash", script("train_v2c"), "--dataroot", "a b", "--name", "two words"]
    lines = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.splitlines()
    assert lines[-1] == "two words" and "a b" in lines


def test_a_video_file_is_translated_at_its_own_size(workplace):
    (workplace / "clip.mp4").touch()
    opt = parsed(shown(script("test_v2c"), "--dataroot", "clip.mp4", cwd=workplace)[0])
    assert (opt.dataset_mode, opt.fine_size, opt.name) == ("videofile", None, "demo_v2c")


def test_a_video_file_is_trained_on_at_the_training_size(workplace):
    (workplace / "clip.mp4").touch()
    opt = parsed(shown(script("train_v2c"), dataset_root=str(workplace / "clip.mp4"))[0])
    assert (opt.dataset_mode, opt.fine_size) == ("videofile", (512, 256))


@pytest.mark.parametrize(("flags", "name"), [([], "demo_v2c"), (["l2v"], "demo_l2v")])
def test_a_refresh_is_fitted_for_the_task_named(flags, name):
    assert f"--name {name} " in " ".join(shown(ROOT / "scripts" / "fit_refresh.sh", *flags, "--how_many", "1")[0])
