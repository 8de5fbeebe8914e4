import shutil

import pytest
import torch
from torch import nn

from models.training import states
from models.training.trainer import Trainer
from options.build.training import (
    fixed_settings,
    new_batches,
    new_schedule,
    resumed_step,
    start_from,
    train_clips,
    val_clips,
)
from options.record import Options
from options.train_options import TrainOptions
from tests.helpers.runs import distil

CPU = torch.device("cpu")


class Numbers(torch.utils.data.Dataset):
    """Five items that tell their key."""

    def __len__(self):
        return 5

    def __getitem__(self, key):
        return {"key": torch.tensor(key), "skipped": []}


def options(folder, *more):
    return TrainOptions().parse(distil(folder, "--batchSize", "2", "--niter", "2", "--niter_decay", "1", *more))


def test_the_last_batch_of_an_epoch_may_be_smaller_and_counts_as_a_step(tmp_path):
    opt = options(tmp_path)
    schedule = new_schedule(opt, samples=5)
    assert (schedule.steps_per_epoch, schedule.steps, schedule.batch_size) == (3, 9, 2)
    assert (schedule.print_freq, schedule.save_latest_freq, schedule.save_epoch_freq) == (100, 2, 50)
    every, left = (list(new_batches(opt, Numbers(), start, CPU)) for start in (0, 4))
    assert len(every) == schedule.steps and len(left) == schedule.steps - 4
    assert all(torch.equal(a["key"], b["key"]) for a, b in zip(every[4:], left, strict=True))


def test_clips_are_as_many_as_asked_for_and_a_missing_val_split_tells_how_to_go_without(tmp_path):
    assert [clip.name for clip in train_clips(options(tmp_path))] == ["001", "002"]
    assert len(train_clips(options(tmp_path, "--max_dataset_size", "1"))) == 1
    assert [clip.name for clip in val_clips(options(tmp_path))] == ["065"]
    shutil.rmtree(tmp_path / "data" / "Viper" / "val")
    assert val_clips(options(tmp_path, "--val_clips", "0")) == []
    with pytest.raises(FileNotFoundError, match="needs a val split; --val_clips 0 switches it off"):
        val_clips(options(tmp_path))


def test_settings_are_the_flags_with_an_effect_and_what_older_versions_had_flags_for():
    values = {"teacher": "recycle_gan", "lr": 1.0, "print_freq": 5, "style_id": 3}
    other = {**values, "teacher": "vtoonify"}
    always = {"vtoonify_skip": "residual"}
    assert fixed_settings(Options(values, {}, {"print_freq"})) == {**always, "teacher": "recycle_gan", "lr": 1.0}
    assert fixed_settings(Options(other, {}, {"print_freq"})) == {
        **always,
        "teacher": "vtoonify",
        "lr": 1.0,
        "style_id": 3,
    }


@pytest.mark.parametrize(
    ("flags", "fixed"),
    [
        (["--name", "other", "--checkpoints_dir", "runs", "--dataroot", "."], True),
        (["--niter", "7", "--niter_decay", "0", "--val_clips", "1", "--val_frames", "9", "--print_freq", "1"], True),
        (["--save_latest_freq", "9", "--save_epoch_freq", "9", "--display_freq", "9", "--tensorboard_dir", "t"], True),
        (["--nThreads", "0", "--gpu_ids", "-1", "--amp", "bf16", "--deform_backend", "cpu"], True),
        (["--exstyle_path", "x", "--style_encoder_path", "x", "--landmarks_path", "x", "--vgg_path", "x"], True),
        (["--init_G_A", "x", "--init_G_B", "x", "--faceparsing_path", "x", "--continue_train", "--restart"], True),
        (["--lr", "1"], False),
        (["--flip"], False),
        (["--seed", "1"], False),
    ],
)
def test_a_resumed_run_must_share_what_decides_its_result(flags, fixed, tmp_path):
    (tmp_path / "teacher.pth").touch()
    needed = ["--dataroot", str(tmp_path), "--main_G_path", str(tmp_path / "teacher.pth")]
    first, other = (fixed_settings(TrainOptions().parse([*needed, *more])) for more in ([], flags))
    assert (first == other) == fixed and "main_G_path" not in first


def test_a_run_goes_on_where_it_has_seen_as_much_with_another_batch_size(tmp_path):
    state = {"step": 7, "settings": {"batchSize": 2}}  # of 5 samples: 3 steps an epoch, two epochs and one step
    for size, step in (("2", 7), ("1", 12), ("5", 2), ("3", 4)):
        assert resumed_step(options(tmp_path, "--batchSize", size), state, 5) == step
    assert resumed_step(options(tmp_path), {"step": 7, "settings": {}}, 5) == 7


def test_a_warm_start_names_what_it_takes_and_refuses_what_has_nothing(tmp_path):
    distiller = line_trainer()
    with pytest.raises(FileNotFoundError, match="--init_from .*: no training state .*state.pt"):
        start_from(distiller, tmp_path)
    states.save(tmp_path, {"step": 3, "trainer": {"network": {}}}, 1)
    with pytest.raises(ValueError, match="none of the networks that are trained here"):
        start_from(distiller, tmp_path)
    states.save(tmp_path, {"step": 3, "trainer": line_trainer().state_dict()}, 1)
    assert start_from(distiller, tmp_path) == f"weights of network from {tmp_path}, step 3"


def line_trainer():
    network = nn.Linear(1, 1)
    return Trainer([torch.optim.Adam(network.parameters())], network=network)
