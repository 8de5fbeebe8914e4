import json
import math
import shutil
import signal

import pytest
import torch

from tests.helpers.programs import run_train as run
from tests.helpers.runs import CPU, SIZES, distil, program, save, stop_when, stripes, teacher_file, viper
from util import checkpoint


def block_of(folder, name="tiny"):
    return checkpoint.load(folder / "runs" / name / "latest_net_ShortcutV2V.pth")["block"]


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def log_of(folder, name="tiny"):
    return [json.loads(line) for line in (folder / "runs" / name / "log.jsonl").read_text().splitlines()]


def test_a_distillation_leaves_weights_state_options_curves_and_pictures(tmp_path):
    flags = distil(tmp_path, "--tensorboard_dir", str(tmp_path / "board"), "--print_freq", "1", "--display_freq", "2")
    assert run(flags) == 0
    folder = tmp_path / "runs" / "tiny"
    names = {p.name for p in folder.iterdir()}
    assert names == {
        *("latest_net_ShortcutV2V.pth", "best_net_ShortcutV2V.pth"),
        *("state.pt", "state-1.pt", "state-2.pt", "options.yaml", "model.yaml", "log.jsonl", "samples", ".lock"),
    }
    assert list((tmp_path / "board" / "tiny").iterdir()) and list((folder / "samples").iterdir())
    records = log_of(tmp_path)
    assert [r["step"] for r in records if "total" in r] == [1, 2, 3, 4]
    assert all("psnr_distance_2" in r["validation"] for r in records if "validation" in r)


def test_resuming_equals_never_having_stopped(tmp_path):
    run(distil(tmp_path, "--name", "whole", "--niter", "4"))
    run(distil(tmp_path, "--name", "parts", "--niter", "2"))
    run(distil(tmp_path, "--name", "parts", "--niter", "4", "--continue_train"))
    assert same(block_of(tmp_path, "whole"), block_of(tmp_path, "parts"))


def test_batches_in_parts_and_a_trace_of_some_steps(tmp_path, capsys):
    flags = distil(
        tmp_path, "--batchSize", "2", "--accumulate", "2", "--niter", "5", "--profile", "1", "--val_clips", "0"
    )
    assert run([*flags, "--nThreads", "auto"]) == 0
    trace = tmp_path / "runs" / "tiny" / "trace.json"
    assert json.loads(trace.read_text())["traceEvents"] and f"traced: {trace}" in capsys.readouterr().out
    run(distil(tmp_path, "--name", "whole", "--batchSize", "2", "--niter", "5", "--val_clips", "0"))
    parts, whole = block_of(tmp_path), block_of(tmp_path, "whole")
    assert all(torch.allclose(parts[key], whole[key], atol=1e-3) for key in whole)


def test_a_full_size_block_is_trained_and_goes_on_from_where_it_stopped(tmp_path):
    flags = ["--block", "full_size", "--lambda_L2_out", "50", "--gaps", "near", "--amp", "bf16"]
    ended = program("train.py", distil(tmp_path, *flags, "--tensorboard_dir", str(tmp_path / "board")))
    assert ended.returncode == 0 and "squared" in ended.stdout, ended.stderr
    assert checkpoint.load(tmp_path / "runs" / "tiny" / "latest_net_ShortcutV2V.pth")["config"]["block"] == "full_size"
    ended = program("train.py", distil(tmp_path, *flags, "--niter", "4", "--continue_train"))
    assert ended.returncode == 0, ended.stderr
    run(distil(tmp_path, *flags, "--name", "whole", "--niter", "4"))
    assert same(block_of(tmp_path, "whole"), block_of(tmp_path))


def test_a_run_cannot_go_on_with_another_form_of_the_block(tmp_path):
    run(distil(tmp_path))
    with pytest.raises(ValueError, match="block: started with None, now 'full_size'"):
        run(distil(tmp_path, "--block", "full_size", "--continue_train"))


def test_a_run_from_before_there_were_two_forms_goes_on(tmp_path):
    run(distil(tmp_path))
    path = tmp_path / "runs" / "tiny" / "state.pt"
    state = checkpoint.load(path)
    for newer in ("block", "lambda_L2_out"):
        del state["settings"][newer]
    for newer in ("digest", "log_bytes", "due"):
        del state[newer]
    checkpoint.save(path, state)
    assert run(distil(tmp_path, "--niter", "4", "--continue_train")) == 0


def test_the_number_of_reading_processes_changes_nothing(tmp_path):
    run(distil(tmp_path, "--name", "none"))
    run(distil(tmp_path, "--name", "two", "--nThreads", "2"))
    assert same(block_of(tmp_path, "none"), block_of(tmp_path, "two"))


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_run_that_was_stopped_or_killed_goes_on_to_the_same_end(tmp_path, number, status):
    run(distil(tmp_path, "--name", "whole", "--niter", "30", "--val_clips", "0"))
    stopped = distil(tmp_path, "--name", "stopped", "--niter", "30", "--val_clips", "0", "--continue_train")
    stopped += ["--nThreads", "1"]
    assert stop_when(tmp_path / "runs" / "stopped" / "state.pt", stopped, number) == status
    assert checkpoint.load(tmp_path / "runs" / "stopped" / "state.pt")["step"] < 60
    assert run(stopped) == 0
    assert same(block_of(tmp_path, "whole"), block_of(tmp_path, "stopped"))


def test_a_finished_run_has_nothing_left_to_do(tmp_path):
    run(distil(tmp_path))
    before = block_of(tmp_path)
    assert run(distil(tmp_path, "--continue_train")) == 0
    assert same(before, block_of(tmp_path))


def test_a_block_that_costs_more_than_the_teacher_is_warned_of_before_it_is_trained(tmp_path, capsys):
    assert run(distil(tmp_path, "--dry_run", "--h_dim", "32")) == 0
    shown = capsys.readouterr().out
    assert "\nwarning: a skipped frame costs more than the teacher: 0.008737 G MACs, the teacher 0.002691 G\n" in shown
    run(distil(tmp_path, "--dry_run", "--h_dim", "4"))
    assert "warning" not in capsys.readouterr().out


def test_a_dry_run_builds_everything_and_writes_nothing(tmp_path, capsys):
    assert run(distil(tmp_path, "--dry_run")) == 0
    shown = capsys.readouterr().out
    assert "MACs" in shown and "1..2" in shown
    assert not (tmp_path / "runs").exists()


def test_the_published_refresh_is_trained_at_its_own_distance_too(tmp_path, capsys):
    run(distil(tmp_path, "--dry_run", "--refresh_output", "shortcut"))
    assert "1..3" in capsys.readouterr().out


def test_unreadable_frames_are_named_counted_and_skipped(tmp_path, capsys):
    flags = distil(tmp_path, "--niter", "6", "--val_clips", "0")
    bad = tmp_path / "data" / "Viper" / "train" / "img" / "001" / "001_00003.png"
    bad.write_bytes(bad.read_bytes()[:60])
    assert run(flags) == 0
    shown = capsys.readouterr().out
    assert shown.count(f"skipped unreadable frame {bad}") == 1 and "1 unreadable frames were skipped" in shown


def test_losses_that_are_not_finite_end_the_run_and_keep_the_last_checkpoint(tmp_path):
    run(distil(tmp_path))
    path = tmp_path / "runs" / "tiny" / "state.pt"
    state, before = checkpoint.load(path), block_of(tmp_path)
    for moments in state["trainer"]["optimizers"]["ShortcutV2V"]["state"].values():
        moments["exp_avg"].fill_(1e30)  # the next step throws the weights far off, the one after it sees that
    del state["digest"]
    checkpoint.save(path, state)
    good = path.read_bytes()
    ended = program("train.py", distil(tmp_path, "--continue_train", "--niter", "4"))
    assert ended.returncode == 1
    assert "not finite" in ended.stderr and "Traceback" not in ended.stderr
    assert same(before, block_of(tmp_path)) and path.read_bytes() == good


def test_a_missing_val_split_is_told_before_the_first_step_with_the_way_round(tmp_path):
    flags = distil(tmp_path)
    shutil.rmtree(tmp_path / "data" / "Viper" / "val")
    with pytest.raises(FileNotFoundError, match="--val_clips 0 switches it off"):
        run(flags)
    assert not (tmp_path / "runs").exists()
    assert run([*flags, "--val_clips", "0"]) == 0


def test_a_damaged_val_clip_is_left_out_of_every_validation(tmp_path, capsys):
    flags = distil(tmp_path, "--val_clips", "2")
    clips = tmp_path / "data" / "Viper" / "val" / "img"
    shutil.copytree(clips / "065", clips / "066")
    (clips / "065" / "065_00002.png").write_bytes(b"")
    assert run(flags) == 0
    shown = capsys.readouterr().out
    assert shown.count("validation leaves out clip 065: cannot read") == 1 and "(1 clips left out)" in shown
    damaged = [r["validation"] for r in log_of(tmp_path) if "validation" in r]
    shutil.rmtree(clips / "065")
    run([*flags, "--name", "without"])
    assert damaged == [r["validation"] for r in log_of(tmp_path, "without") if "validation" in r]


def test_an_interrupt_before_the_first_save_leaves_weights_too(tmp_path):
    flags = distil(tmp_path, "--niter", "500", "--save_latest_freq", "100000", "--print_freq", "1")
    assert stop_when(tmp_path / "runs" / "tiny" / "log.jsonl", flags, signal.SIGINT) == 130
    assert block_of(tmp_path)


@pytest.mark.parametrize("workers", ["0", "1"])
def test_data_that_cannot_be_read_at_all_end_the_run_with_one_message(tmp_path, workers):
    flags = distil(tmp_path, "--nThreads", workers, "--val_clips", "0")
    for path in (tmp_path / "data" / "Viper" / "train").rglob("*.png"):
        path.write_bytes(b"")
    ended = program("train.py", flags)
    errors = [line for line in ended.stderr.splitlines() if "error" in line.lower()]
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert len(errors) == 1 and errors[0].startswith("train.py: error: no readable pair")


def test_an_existing_run_is_not_overwritten_unasked(tmp_path):
    run(distil(tmp_path))
    ended = program("train.py", distil(tmp_path))
    assert ended.returncode == 1 and "already holds a training run" in ended.stderr


def test_published_weights_are_not_overwritten_unasked(tmp_path):
    flags = distil(tmp_path)
    weights = tmp_path / "runs" / "tiny" / "latest_net_ShortcutV2V.pth"
    weights.parent.mkdir(parents=True)
    weights.write_text("published")
    with pytest.raises(FileExistsError, match="already holds a training run .latest_net_ShortcutV2V.pth.*--restart"):
        run(flags)
    with pytest.raises(FileExistsError, match="no state to go on from: --init_from"):
        run([*flags, "--continue_train"])
    assert weights.read_text() == "published"


def test_a_run_goes_on_with_another_rate_and_batch_size_where_override_names_them(tmp_path):
    run(distil(tmp_path))
    changed = distil(tmp_path, "--continue_train", "--niter", "4", "--lr", "0.01", "--batchSize", "2")
    with pytest.raises(ValueError, match="override.*\n  batchSize: started with 1, now 2\n  lr: started with 0.0002"):
        run(changed)
    assert run([*changed, "--override", "lr,batchSize"]) == 0
    state = checkpoint.load(tmp_path / "runs" / "tiny" / "state.pt")
    assert state["step"] == 4 and state["settings"]["lr"] == 0.01 and state["trainer"]["steps"] == 6
    rates = [group["lr"] for group in state["trainer"]["optimizers"]["ShortcutV2V"]["param_groups"]]
    assert rates == [0.01]


def test_a_new_run_starts_from_the_weights_of_another_one(tmp_path, capsys):
    run(distil(tmp_path))
    frozen = ["--name", "warm", "--init_from", str(tmp_path / "runs" / "tiny"), "--lr", "0", "--d_lr", "0"]
    assert run(distil(tmp_path, *frozen)) == 0
    assert "weights of ShortcutV2V, D_A, D_T_A from" in capsys.readouterr().out
    assert same(block_of(tmp_path), block_of(tmp_path, "warm"))


def test_a_damaged_state_gives_way_to_the_one_before_and_the_run_ends_alike(tmp_path, capsys):
    run(distil(tmp_path, "--name", "whole", "--niter", "4"))
    run(distil(tmp_path, "--name", "damaged", "--niter", "3"))
    state = tmp_path / "runs" / "damaged" / "state.pt"
    state.write_bytes(state.read_bytes()[:-1000])
    assert run(distil(tmp_path, "--name", "damaged", "--niter", "4", "--continue_train")) == 0
    assert "state.pt is damaged (cut short?) or no checkpoint; going on from state-1.pt" in capsys.readouterr().out
    assert same(block_of(tmp_path, "whole"), block_of(tmp_path, "damaged"))


def test_a_run_cannot_be_continued_with_another_teacher(tmp_path):
    run(distil(tmp_path))
    teacher_file(tmp_path / "teacher.pth", seed=1)
    with pytest.raises(ValueError, match="teacher_fingerprint: started with"):
        run(distil(tmp_path, "--continue_train", "--niter", "4"))


def test_channels_that_are_not_the_teachers_are_refused(tmp_path):
    with pytest.raises(ValueError, match="--feat_ch must be .* before the skipped layers, 8, got 128"):
        run(distil(tmp_path, "--feat_ch", "128"))


def test_a_clip_of_one_frame_is_refused_by_name(tmp_path):
    flags = distil(tmp_path)
    save(tmp_path / "data" / "Viper" / "train" / "img" / "003" / "003_00000.png", stripes(0, 0))
    with pytest.raises(ValueError, match="003"):
        run(flags)


def teacher_flags(folder, *more):
    flags = ["--dataroot", folder / "data", "--checkpoints_dir", folder / "runs", "--name", "teacher"]
    flags += ["--model", "unsup_single", "--ngf", "4", "--ndf", "2", "--niter", "1", "--niter_decay", "0"]
    return [str(flag) for flag in [*flags, "--nThreads", "0", *SIZES, *CPU, *more]]


def test_a_teacher_is_trained_saved_under_published_names_and_can_be_distilled(tmp_path):
    viper(tmp_path / "data")
    assert run(teacher_flags(tmp_path)) == 0
    folder = tmp_path / "runs" / "teacher"
    names = {f"latest_net_{name}.pth" for name in ("G_A", "G_B", "D_A", "D_B")}
    assert names <= {p.name for p in folder.iterdir()}
    assert "model.23.weight" in checkpoint.load(folder / "latest_net_G_A.pth")
    assert run(distil(tmp_path, "--main_G_path", str(folder / "latest_net_G_A.pth"))) == 0


def test_a_teachers_training_resumes_as_if_never_stopped(tmp_path):
    viper(tmp_path / "data", frames=2)
    run(teacher_flags(tmp_path, "--name", "whole", "--niter", "2"))
    run(teacher_flags(tmp_path, "--name", "parts", "--niter", "1"))
    run(teacher_flags(tmp_path, "--name", "parts", "--niter", "2", "--continue_train"))
    whole, parts = (checkpoint.load(tmp_path / "runs" / n / "latest_net_G_A.pth") for n in ("whole", "parts"))
    assert same(whole, parts)


@pytest.mark.parametrize("half", ["bf16", "fp16"])
def test_a_distillation_in_half_precision_is_another_one_with_finite_losses_and_float32_weights(tmp_path, half):
    for name, amp in (("exact", "off"), ("half", half)):
        assert run(distil(tmp_path, "--name", name, "--amp", amp, "--print_freq", "1")) == 0
    totals = {name: [r["total"] for r in log_of(tmp_path, name) if "total" in r] for name in ("exact", "half")}
    assert len(totals["half"]) == 4 and all(map(math.isfinite, totals["half"]))
    assert totals["half"] != totals["exact"] and totals["half"] == pytest.approx(totals["exact"], rel=0.05)
    assert {value.dtype for value in block_of(tmp_path, "half").values()} == {torch.float32}


@pytest.mark.parametrize("half", ["bf16", "fp16"])
def test_a_distillation_in_half_precision_resumes_as_if_never_stopped(tmp_path, half):
    run(distil(tmp_path, "--name", "whole", "--niter", "4", "--amp", half))
    run(distil(tmp_path, "--name", "parts", "--niter", "2", "--amp", half))
    run(distil(tmp_path, "--name", "parts", "--niter", "4", "--amp", half, "--continue_train"))
    assert same(block_of(tmp_path, "whole"), block_of(tmp_path, "parts"))


def test_a_run_may_go_on_in_another_precision(tmp_path):
    run(distil(tmp_path))
    assert run(distil(tmp_path, "--niter", "4", "--amp", "bf16", "--continue_train")) == 0
    assert checkpoint.load(tmp_path / "runs" / "tiny" / "state.pt")["step"] == 8


def test_a_teacher_is_trained_in_half_precision(tmp_path):
    viper(tmp_path / "data", frames=2)
    assert run(teacher_flags(tmp_path, "--amp", "bf16", "--print_freq", "1")) == 0
    records = [r for r in log_of(tmp_path, "teacher") if "total" in r]
    assert records and all(math.isfinite(value) for r in records for value in r.values())
    weights = checkpoint.load(tmp_path / "runs" / "teacher" / "latest_net_G_A.pth")
    assert {value.dtype for value in weights.values()} == {torch.float32}
