"""Which checkpoints a script takes: published ones, those of a run, or the bundled demo."""

import json
import shutil
from pathlib import Path

import pytest

from options.build.translator import new_refresh
from options.checks import PUBLISHED_TEACHER
from options.record import save
from tests.helpers.scripts import (
    ROOT,
    copied,
    parsed,
    script,
    shown,
)


def test_without_the_published_checkpoints_the_bundled_ones_are_used_and_told(workplace):
    arguments, told = shown(copied(workplace, "test_v2c"), dataset_root=str(workplace))
    assert parsed(arguments).name == "demo_v2c" and len(told.splitlines()) == 1 and "bundled demo" in told


def test_the_demo_may_be_named(workplace):
    arguments, told = shown(script("test_v2c"), "--name", "demo_v2c", dataset_root=str(workplace))
    named, (unnamed, _) = parsed(arguments), shown(copied(workplace, "test_v2c"), dataset_root=str(workplace))
    assert vars(named) == vars(parsed(unnamed)) and told == ""


@pytest.mark.parametrize(("task", "network"), [("v2c", "G_A"), ("v2l", "G_A"), ("l2v", "G_B")])
def test_a_run_that_was_trained_on_the_sample_is_tested_there_with_its_teacher(task, network, workplace):
    trained = parsed(shown(script(f"train_{task}"))[0])
    arguments, told = shown(script(f"test_{task}"), "--name", trained.name)
    opt = parsed(arguments)
    teacher = f"checkpoints/demo_{task}/latest_net_{network}.pth"
    assert (opt.name, opt.main_G_path, opt.dataroot) == (trained.name, teacher, "datasets/sample")
    assert opt.main_G_path == trained.main_G_path and opt.fine_size == trained.fine_size
    assert (opt.refresh, opt.hold) == ("fixed", 0)  # nothing that was fitted for the demo
    assert "-m data.samples.street" in told


@pytest.mark.parametrize("place", [[], ["--checkpoints_dir", "own"]], ids=["checkpoints", "own"])
@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
def test_a_run_is_tested_with_the_teacher_that_it_was_distilled_from(dataset, place, workplace):
    env = {"dataset_root": str(workplace)} if dataset else {}
    (workplace / "mine.pth").touch()
    copy = copied(workplace, "test_v2c")
    trained = shown(copy.with_name("train_v2c.sh"), "--main_G_path", "mine.pth", "--name", "mine", *place)[0]
    save(parsed(trained), workplace / (place or ["checkpoints"])[-1] / "mine" / "options.yaml")
    opt = parsed(shown(copy, "--name", "mine", *place, cwd=workplace, **env)[0])
    assert (opt.name, opt.main_G_path) == ("mine", "mine.pth")


@pytest.mark.parametrize("flag", ["--name", "--main_G_path"])
def test_checkpoints_of_the_callers_own_are_not_replaced(flag, workplace):
    arguments, told = shown(script("test_v2c"), flag, "x.pth", dataset_root=str(workplace))
    assert "ShortcutV2V_unsup_v2c" in arguments and "demo_v2c" not in arguments and told == ""


def test_the_published_test_is_run_when_its_checkpoints_are_there(workplace):
    copy = workplace / "copy"
    (workplace / "checkpoints/ShortcutV2V_unsup_v2c").mkdir()
    (workplace / "checkpoints/ShortcutV2V_unsup_v2c/latest_net_ShortcutV2V.pth").touch()
    arguments, told = shown(copied(workplace, "test_v2c"), dataset_root=str(copy), cwd=workplace)
    copy.mkdir()
    opt = parsed(arguments)
    assert (opt.name, opt.main_G_path, opt.how_many, told) == ("ShortcutV2V_unsup_v2c", PUBLISHED_TEACHER, 10, "")


@pytest.mark.parametrize(("task", "network", "size"), [("v2l", "G_A", (256, 256)), ("l2v", "G_B", (256, 256))])
def test_one_teacher_training_serves_both_directions_of_viper_and_labels(task, network, size, workplace):
    teacher = f"checkpoints/v2l_teacher/latest_net_{network}.pth"
    trained = parsed(shown(script(f"train_{task}"), dataset_root=str(workplace))[0])
    tested = parsed(
        shown(script(f"test_{task}"), "--name", f"ShortcutV2V_unsup_{task}", dataset_root=str(workplace))[0]
    )
    for opt in (trained, tested):
        assert (opt.layout, opt.main_G_path, opt.fine_size) == (task, teacher, size)
    assert trained.name == tested.name


@pytest.mark.parametrize("more", [[], ["--max_interval", "5", "--refresh", "fixed"]], ids=["no interval", "interval"])
@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
@pytest.mark.parametrize("task", ["v2c", "v2l", "l2v"])
def test_the_adaptive_row_beside_a_fixed_one_has_the_fitted_interval(task, dataset, more, workplace):
    fitted = Path("checkpoints") / f"demo_{task}" / "latest_refresh.json"
    shutil.copy(ROOT / fitted, workplace / fitted)
    policy = json.loads(fitted.read_text())
    env = {"dataset_root": str(workplace)} if dataset else {}
    copy = copied(workplace, f"test_{task}")
    opt = parsed(shown(copy, "--methods", "teacher,reuse,fixed,adaptive", *more, **env)[0])
    refresh = new_refresh(opt, "adaptive", policy["shortcut_fingerprint"])
    assert (refresh.threshold, refresh.max_interval) == (policy["threshold"], policy["max_interval"])


@pytest.mark.parametrize("dataset", [True, False], ids=["dataset", "sample"])
def test_a_generator_of_ones_own_takes_the_place_of_the_tasks_teacher(dataset, workplace):
    env = {"dataset_root": str(workplace)} if dataset else {}
    copy, own = copied(workplace, "test_v2c"), ["--teacher", "mine.deep:make", "--cut", "a:b"]
    for verb in ("train", "test"):
        opt = parsed(shown(copy.with_name(f"{verb}_v2c.sh"), *own, cwd=workplace, **env)[0])
        assert (opt.name, opt.teacher, opt.cut, opt.main_G_path) == ("mine_deep_make", "mine.deep:make", "a:b", None)
        assert (opt.skip_idx_start, opt.skip_idx_end, opt.feat_ch) == (5, None, None)
    save(opt, workplace / "checkpoints" / "mine" / "options.yaml")
    again = parsed(shown(copy, "--name", "mine", cwd=workplace, **env)[0])
    assert (again.name, again.teacher, again.cut, again.main_G_path) == ("mine", "mine.deep:make", "a:b", None)
