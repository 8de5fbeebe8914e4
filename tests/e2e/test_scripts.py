"""Every script passes only flags its program knows, from any directory, and the caller's flags win."""

import os
import subprocess

import pytest

from options.checks import PUBLISHED_TEACHER
from options.layers import CALLER_VARIABLE
from tests.helpers.scripts import (
    HEADS,
    HEIGHTS,
    ROOT,
    SCRIPTS,
    STREET,
    copied,
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


@pytest.mark.parametrize("path", ["clip.mp4", "holiday"])
def test_a_video_and_a_folder_of_videos_are_translated_at_their_own_size(path, workplace):
    (workplace / "holiday").mkdir()
    for file in ("clip.mp4", "holiday/beach.MOV"):
        (workplace / file).touch()
    opt = parsed(shown(script("test_v2c"), "--dataroot", path, cwd=workplace)[0])
    assert (opt.dataset_mode, opt.fine_size, opt.name) == ("videofile", None, "demo_v2c")
    smaller = parsed(shown(script("test_v2c"), "--dataroot", path, "--fineSizeW", "64", cwd=workplace)[0])
    assert (smaller.dataset_mode, smaller.fine_size) == ("videofile", (64, 256))


@pytest.mark.parametrize("path", ["clip.mp4", "holiday"])
def test_videos_alone_are_trained_on_with_the_bundled_teacher(path, workplace):
    (workplace / "holiday").mkdir()
    for file in ("clip.mp4", "holiday/beach.MOV"):
        (workplace / file).touch()
    arguments, told = shown(script("train_v2c"), dataset_root=str(workplace / path))
    opt = parsed(arguments)
    assert "distilling into the bundled demo teacher" in told and opt.main_G_path.startswith("checkpoints/demo_v2c/")
    assert (opt.dataset_mode, opt.fine_size, opt.perceptual) == ("videofile", (256, 128), "none")
    assert (opt.feat_ch, opt.skip_idx_end) == (None, None)  # the teacher tells them


def test_videos_are_trained_on_as_published_where_the_published_teacher_is(workplace):
    (workplace / "clip.mp4").touch()
    opt = parsed(shown(copied(workplace, "train_v2c"), dataset_root=str(workplace / "clip.mp4"))[0])
    assert (opt.dataset_mode, opt.fine_size, opt.main_G_path) == ("videofile", (512, 256), PUBLISHED_TEACHER)
    assert (opt.feat_ch, opt.h_dim, opt.skip_idx_start, opt.skip_idx_end) == (128, 64, 5, 17)


def test_another_teacher_tells_its_channels_and_its_cut(workplace):
    (workplace / "mine.pth").touch()
    arguments, _ = shown(script("train_v2c"), "--main_G_path", "mine.pth", cwd=workplace, dataset_root=str(workplace))
    opt = parsed(arguments)
    assert (opt.feat_ch, opt.skip_idx_end, opt.batchSize) == (None, None, 16)


@pytest.mark.parametrize(("flags", "name"), [([], "demo_v2c"), (["l2v"], "demo_l2v")])
def test_a_refresh_is_fitted_for_the_task_named(flags, name):
    assert f"--name {name} " in " ".join(shown(ROOT / "scripts" / "fit_refresh.sh", *flags, "--how_many", "1")[0])


def test_a_script_starts_as_many_processes_as_it_is_told_to():
    words, _ = shown(script("train_v2c"), "--name", "x", NPROC="2")
    assert words[:6] == ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "train.py"]
    assert words[words.index("--") :] == ["--", "--name", "x"]
