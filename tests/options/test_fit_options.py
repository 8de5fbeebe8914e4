import pytest

from options.fit_options import FitOptions


@pytest.fixture(autouse=True)
def flags(tmp_path):
    (tmp_path / "teacher.pth").touch()
    return ["--dataroot", str(tmp_path), "--main_G_path", str(tmp_path / "teacher.pth")]


def test_it_looks_at_intervals_up_to_twelve_on_val_clips(flags):
    opt = FitOptions().parse(flags)
    assert (opt.max_interval, opt.split, opt.target_interval, opt.which_epoch) == (12, "val", 3, "latest")


def test_help_names_its_own_default_interval():
    assert "at most with --refresh adaptive (default 12)" in " ".join(FitOptions().parser().format_help().split())


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (["--target_psnr", "40", "--target_saving", "2"], "--target_psnr and --target_saving exclude each other"),
        (["--target_psnr", "-3"], "--target_psnr must be a number between 1 and 99, got '-3'"),
        (["--target_saving", "0.5"], "--target_saving must be a number between 1 and 1e+06, got '0.5'"),
        (["--target_interval", "1"], "--target_interval must be a whole number between 2 and 100,000, got '1'"),
        (["--target_interval", "5", "--max_interval", "4"], "must be at most --max_interval 4, got 5"),
        (["--max_interval", "0"], "--max_interval must be a whole number between 1 and 100,000, got '0'"),
        (["--max_interval", "1"], "must be at most --max_interval 1, got 3"),
        (["--refresh_output", "shortcut"], "nothing to fit: give teacher"),
        (["--dataset_mode", "unaligned_scale"], "unaligned_scale has no clips"),
        (["--which_epoch", "first"], "--which_epoch must be latest, best or an epoch's number"),
        (["--save_image"], "unknown flag --save_image"),
    ],
)
def test_what_cannot_be_fitted_is_refused(flags, more, problem, capsys):
    with pytest.raises(SystemExit):
        FitOptions().parse([*flags, *more])
    assert problem in capsys.readouterr().err


def test_without_a_teacher_there_is_nothing_to_compare_with(flags, capsys):
    with pytest.raises(SystemExit):
        FitOptions().parse(flags[:2])
    assert "--main_G_path is missing" in capsys.readouterr().err
