import json

import pytest

import train
from models.teachers.vtoonify.network import from_published
from options.train_options import TrainOptions
from tests.helpers.runs import CPU
from util import checkpoint


@pytest.fixture
def faces(tmp_path, write_video):
    for split in ("train", "val"):
        (tmp_path / "faces" / split).mkdir(parents=True)
        write_video(tmp_path / "faces" / split / "a.mp4", size=(64, 64))
    return tmp_path / "faces"


def flags(faces, *more):
    places = f"--dataroot {faces} --checkpoints_dir {faces.parent}/runs --name tiny"
    fixed = f"--model vtoonify --dataset_mode videofile {places}"
    sizes = "--resize_mode square --loadSize 24 --fineSize 16 --width 16 --niter 2 --niter_decay 0 --nThreads 0"
    return [*fixed.split(), *sizes.split(), "--no-photographs", *CPU, "--print_freq", "1", *more]


def run(*arguments):
    return train.train(TrainOptions().parse(flags(*arguments)))


def test_a_training_leaves_weights_that_load_strictly_with_their_style_and_figures(faces):
    assert run(faces, "--display_freq", "1", "--save_latest_freq", "1") == 0
    folder = faces.parent / "runs" / "tiny"
    saved = checkpoint.load(folder / "latest_net_vtoonify.pth")
    assert from_published(saved).width == 16 and saved["style"].shape == (18, 16)
    records = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert all(5 < r["validation"]["psnr"] < 60 for r in records if "validation" in r)
    assert sum("validation" in r for r in records) == 2 == len(list((folder / "samples").iterdir()))


def test_going_on_equals_never_having_stopped(faces):
    run(faces, "--name", "whole", "--niter", "3", "--val_clips", "0")
    run(faces, "--name", "parts", "--niter", "1", "--val_clips", "0")
    run(faces, "--name", "parts", "--niter", "3", "--val_clips", "0", "--continue_train")
    runs = faces.parent / "runs"
    whole, parts = (checkpoint.load(runs / n / "latest_net_vtoonify.pth") for n in ("whole", "parts"))
    assert checkpoint.fingerprint(whole["g_ema"]) == checkpoint.fingerprint(parts["g_ema"])
    assert (whole["style"] == parts["style"]).all()


def test_photographs_widen_an_epoch(faces, capsys):
    run(faces, "--photographs", "--dry_run")
    shown = capsys.readouterr().out
    assert "train 1, photographs 5, val 1" in shown and "steps       32 of 1 samples" in shown


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (["--width", "40"], "--width must be a multiple of 16, got 40"),
        (["--fineSize", "20"], "--model vtoonify needs a fine size of multiples of 8, got 20 x 20"),
        (["--dataset_mode", "unaligned_scale"], "it needs --model unsup_single"),
        (["--resize_mode", "none"], "training needs one size"),
    ],
)
def test_what_cannot_be_trained_is_told(faces, capsys, wrong, problem):
    with pytest.raises(SystemExit):
        TrainOptions().parse(flags(faces, *wrong))
    assert problem in capsys.readouterr().err
