import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from models.training.run_folder import RunFolder
from util import __version__, checkpoint
from util.files import new_partial

ROOT = Path(__file__).resolve().parents[3]


def test_a_new_run_begins_without_state(tmp_path):
    assert RunFolder(tmp_path / "run", {"lr": 1.0}).open(resume=True, restart=False) is None


def test_a_run_goes_on_where_it_was_saved(tmp_path):
    folder = RunFolder(tmp_path, {"lr": 1.0})
    folder.save_state(step=7, trainer={"weight": torch.ones(2)})
    state = folder.open(resume=True, restart=False)
    assert state["step"] == 7 and torch.equal(state["trainer"]["weight"], torch.ones(2))


def test_a_state_tells_its_version_and_that_of_a_newer_program_is_refused(tmp_path):
    folder = RunFolder(tmp_path, {})
    folder.save_state(step=7)
    assert folder.open(resume=True, restart=False)["version"] == __version__
    folder.close()
    folder.save_state(step=8, format=2, version="99.0")
    with pytest.raises(ValueError, match="the training state has format 2, written by version 99.0"):
        folder.open(resume=True, restart=False)


def test_an_existing_run_is_not_overwritten_unasked(tmp_path):
    folder = RunFolder(tmp_path, {})
    folder.save_state(step=7)
    with pytest.raises(FileExistsError, match="--continue_train.*--restart"):
        folder.open(resume=False, restart=False)
    folder.close()
    assert folder.open(resume=False, restart=True) is None


@pytest.mark.parametrize("name", ["log.jsonl", "state-2.pt", "latest_net_G_A.pth", "5_net_ShortcutV2V.pth"])
def test_any_state_log_or_weights_make_a_folder_a_run(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileExistsError, match=f"already holds a training run .{name}."):
        RunFolder(tmp_path, {}, ["G_A"]).open(resume=False, restart=False)
    assert (tmp_path / name).read_text() == "mine"


def test_weights_without_a_state_are_not_overwritten_by_going_on(tmp_path):
    (tmp_path / "latest_net_G_A.pth").write_text("mine")
    folder = RunFolder(tmp_path, {}, ["G_A"])
    with pytest.raises(FileExistsError, match="holds latest_net_G_A.pth but no state to go on from: --init_from"):
        folder.open(resume=True, restart=False)
    folder.close()
    assert RunFolder(tmp_path, {}, ["ShortcutV2V"]).open(resume=True, restart=False) is None  # a teacher beside it


def test_the_flags_that_override_names_may_differ(tmp_path):
    RunFolder(tmp_path, {"lr": 1.0, "seed": 0}).save_state(step=1)
    later = RunFolder(tmp_path, {"lr": 2.0, "seed": 3})
    with pytest.raises(ValueError, match="settings:\n  seed: started with 0, now 3$"):
        later.open(resume=True, restart=False, override={"lr"})
    later.close()
    assert later.open(resume=True, restart=False, override={"lr", "seed"})


@pytest.mark.parametrize("state", [{"settings": [1], "step": 1}, {"step": "1"}, {"step": -1}])
def test_a_state_of_another_kind_is_refused(tmp_path, state):
    checkpoint.save(tmp_path / "state.pt", state)
    with pytest.raises(ValueError, match=r"state.pt is no training state: it lacks settings or a step"):
        RunFolder(tmp_path, {}).open(resume=True, restart=False)


def test_what_is_not_finite_is_not_saved_and_named(tmp_path):
    folder, bad = RunFolder(tmp_path, {}, ["a"]), {"a": {"weight": torch.tensor([1.0, float("nan")])}}
    with pytest.raises(FloatingPointError, match="not finite after step 3: trainer.a.weight; the last saved"):
        folder.save_state(3, trainer=bad)
    with pytest.raises(FloatingPointError, match="not finite: a.weight; the last saved"):
        folder.save_weights("latest", bad)
    assert not list(tmp_path.iterdir())


def test_unfinished_files_of_a_killed_run_are_removed(tmp_path):
    (tmp_path / "samples").mkdir()
    for folder in (tmp_path, tmp_path / "samples"):
        new_partial(folder / "a")
    RunFolder(tmp_path, {}).open(resume=True, restart=False)
    assert {path.name for path in tmp_path.rglob("*")} == {"samples", ".lock"}


def test_changed_settings_are_refused_each_by_name(tmp_path):
    RunFolder(tmp_path, {"lr": 1.0, "seed": 0, "flip": True}).save_state(step=1)
    with pytest.raises(ValueError, match="lr: started with 1.0, now 2.0\n  seed: started with 0, now 3"):
        RunFolder(tmp_path, {"lr": 2.0, "seed": 3, "flip": True}).open(resume=True, restart=False)


def test_a_run_that_is_older_than_a_setting_has_done_what_that_does_by_default(tmp_path):
    RunFolder(tmp_path, {"lr": 1.0}).save_state(step=1)
    settings = {"lr": 1.0, "block": None, "squared": 0.0}
    assert RunFolder(tmp_path, settings, defaults={"lr": 2.0, "squared": 0.0}).open(resume=True, restart=False)
    with pytest.raises(ValueError, match="settings:\n  squared: started with 0.0, now 5.0$"):
        later = RunFolder(tmp_path, {**settings, "squared": 5.0}, defaults={"squared": 0.0})
        later.open(resume=True, restart=False)


def test_a_flag_that_may_change_now_may_differ_from_what_an_older_run_recorded(tmp_path):
    RunFolder(tmp_path, {"lr": 1.0, "weights": "a.pt"}).save_state(step=1)
    later = RunFolder(tmp_path, {"lr": 1.0}, defaults={"lr": 1.0, "weights": None})
    assert later.open(resume=True, restart=False)


def test_what_is_no_flag_is_compared_where_it_was_recorded(tmp_path):
    RunFolder(tmp_path, {"teacher": "abc"}).save_state(step=1)
    assert RunFolder(tmp_path, {"teacher": "abc", "style": "123"}).open(resume=True, restart=False)
    for settings, now in (({"teacher": "def"}, "'def'"), ({}, "None")):
        with pytest.raises(ValueError, match=f"settings:\n  teacher: started with 'abc', now {now}$"):
            RunFolder(tmp_path, settings).open(resume=True, restart=False)


def test_a_folder_in_which_another_process_trains_is_refused_until_that_process_ends(tmp_path):
    code = f"""from models.training.run_folder import *
folder = RunFolder(Path({str(tmp_path)!r}), {{}})
folder.open(False, False)
print(flush=True)
input()"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(BlockingIOError, match="another process is training in"):
            RunFolder(tmp_path, {}).open(resume=True, restart=True)
        other.kill()
        other.wait()
    assert RunFolder(tmp_path, {}).open(resume=True, restart=True) is None


def test_processes_that_a_killed_run_leaves_behind_do_not_keep_the_folder_locked(tmp_path):
    code = f"""import os, time
from models.training.run_folder import *
folder = RunFolder(Path({str(tmp_path)!r}), {{}})
folder.open(False, False)
if os.fork() == 0:
    print(flush=True)  # the child: what it does at the fork is done
time.sleep(60)"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as other:
        other.stdout.readline()
        other.kill()
        other.wait()
        try:
            assert RunFolder(tmp_path, {}).open(resume=True, restart=True) is None
        finally:
            os.killpg(other.pid, signal.SIGKILL)


def test_a_folder_that_was_closed_may_be_opened_again(tmp_path):
    first = RunFolder(tmp_path, {})
    first.open(resume=False, restart=False)
    with pytest.raises(BlockingIOError):
        RunFolder(tmp_path, {}).open(resume=False, restart=False)
    first.close()
    assert RunFolder(tmp_path, {}).open(resume=False, restart=False) is None


def test_a_resumed_run_forgets_what_was_logged_after_its_state(tmp_path):
    folder = RunFolder(tmp_path, {})
    for step in (1, 2):
        folder.log(step)
    folder.save_state(step=2)
    for step in (2, 3):  # what was due after step 2, and the next step
        folder.log(step)
    folder.open(resume=True, restart=False)
    assert [json.loads(line)["step"] for line in (tmp_path / "log.jsonl").read_text().splitlines()] == [1, 2]


def test_weights_and_previews_lie_under_their_names(tmp_path):
    folder = RunFolder(tmp_path, {}, networks=("G_A", "G_B"))
    folder.save_weights("best", {"G_A": {"weight": torch.ones(2)}, "G_B": {"weight": torch.zeros(2)}})
    folder.save_preview(12, torch.zeros(3, 4, 6))
    assert checkpoint.load(tmp_path / "best_net_G_A.pth")["weight"].tolist() == [1, 1]
    assert checkpoint.load(tmp_path / "best_net_G_B.pth")["weight"].tolist() == [0, 0]
    assert (tmp_path / "samples" / "0000012.png").is_file()


def test_restarting_removes_what_a_run_writes_and_nothing_else(tmp_path):
    (tmp_path / "samples").mkdir()
    written = ["latest_net_G_A.pth", "best_net_G_A.pth", "50_net_G_A.pth", "log.jsonl", "samples/0000012.png"]
    others = ["latest_net_ShortcutV2V.pth", "mine_net_G_A.pth", "5b_net_G_A.pth", "notes.txt", "samples/mine.png"]
    for name in (*written, *others):
        (tmp_path / name).touch()
    folder = RunFolder(tmp_path, {}, networks=("G_A", "G_B"))
    folder.save_state(step=2)
    folder.open(resume=False, restart=True)
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == {*others, ".lock"}
