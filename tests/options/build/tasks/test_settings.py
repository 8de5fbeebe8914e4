import pytest

from options.build.tasks.settings import fixed_settings
from options.record import Options
from options.train_options import TrainOptions


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
