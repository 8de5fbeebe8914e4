import pytest

from options.build.tasks import TASKS
from options.fit_options import FitOptions
from options.flags.losses import SHORTCUT_WEIGHTS
from options.parser import Kind, Wrong
from options.test_options import TestOptions
from options.train_options import PROBLEMS, TrainOptions, overridden

DISTIL = """--gpu_ids 0 --dataroot D --name ShortcutV2V_unsup_v2c --dataset_mode video
--main_G_path checkpoints/v2c_teacher/latest_net_G_A.pth --feat_ch 128 --h_dim 64 --dataset_option v2c
--skip_idx_start 5 --skip_idx_end 17 --batchSize 16 --niter_decay 200 --niter 3000 --save_latest_freq 2000
--tensorboard_dir tensorboard/ --max_interval 3""".split()
TEACHER = """--dataroot D --model unsup_single --dataset_mode unaligned_scale --name v2c_experiment --loadSizeW 542
--loadSizeH 286 --resize_mode rectangle --fineSizeW 512 --fineSizeH 256 --crop_mode rectangle
--which_model_netG resnet_6blocks --no_dropout --pool_size 0
--lambda_spa_unsup_A 10 --lambda_spa_unsup_B 10 --lambda_unsup_cycle_A 10 --lambda_unsup_cycle_B 10 --lambda_cycle_A 0
--lambda_cycle_B 0 --lambda_content_A 1 --lambda_content_B 1 --batchSize 1 --noise_level 0.001 --niter 2
--niter_decay 0""".split()


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "D").mkdir()
    for path in ("checkpoints/v2c_teacher/latest_net_G_A.pth", "saved_models/vgg_normalised.pth"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()


def refusal(capsys, argv):
    with pytest.raises(SystemExit):
        TrainOptions().parse(argv)
    return capsys.readouterr().err


def test_the_published_distillation_parses_with_the_published_weights():
    opt = TrainOptions().parse(DISTIL)
    assert (opt.model, opt.niter, opt.batchSize, opt.split) == ("ShortcutV2V", 3000, 16, "train")
    weights = (opt.lambda_L1, opt.lambda_align, opt.lambda_L1_out, opt.lambda_lpips, opt.lambda_D, opt.lambda_D_T)
    assert weights == (5, 5, 10, 10, 1, 1)


def test_the_published_teacher_training_parses():
    opt = TrainOptions().parse(TEACHER)
    assert (opt.model, opt.layout, opt.lambda_content_B, opt.lambda_identity) == (
        "unsup_single",
        "unaligned_scale",
        1,
        0,
    )
    assert [note.split(" is not needed")[0] for note in opt.notes] == ["--crop_mode rectangle", "--no_dropout"]


def test_videos_to_distil_on_need_no_flag_and_two_domains_are_left_alone(tmp_path):
    (tmp_path / "D" / "a.mp4").touch()
    opt = TrainOptions().parse(
        [flag for flag in DISTIL if flag not in ("--dataset_mode", "video", "--dataset_option", "v2c")]
    )
    assert (opt.dataset_mode, opt.resize_mode) == ("videofile", "rectangle")
    opt = TrainOptions().parse([flag for flag in TEACHER if flag not in ("--dataset_mode", "unaligned_scale")])
    assert opt.dataset_mode == "video"


def test_every_model_has_its_task_and_its_checks():
    assert TASKS.keys() == PROBLEMS.keys()


def test_the_shape_of_a_new_block_is_left_open():
    opt = TrainOptions().parse([f for f in DISTIL if f not in ("--feat_ch", "128", "--h_dim", "64")])
    assert {opt.feat_ch, opt.h_dim, opt.num_dg, opt.g_layers, opt.l_layers, opt.adabd_dilation} == {None}


def test_published_switches_keep_their_meaning():
    opt = TrainOptions().parse([*DISTIL, "--flip", "--no_flip", "--no_lsgan", "--no-Temporal_GAN_loss"])
    assert (opt.flip, opt.gan_mode, opt.Temporal_GAN_loss) == (False, "vanilla", False)


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--max_interval", "1"], "--max_interval must be at least 2 in training, got 1"),
        (["--lambda_L1", "-1"], "--lambda_L1 must be a number between 0 and 1e+06, got '-1'"),
        (["--resize_mode", "none"], "--resize_mode none is for test.py only"),
        (["--loadSizeW", "500"], "--fineSizeW 512 does not fit into --loadSizeW 500"),
        (["--niter", "0", "--niter_decay", "0"], "no epoch to train"),
        (["--dataset_mode", "unaligned_scale"], "it needs --model unsup_single"),
        (["--norm", "batch"], "--norm is gone"),
        (["--save_image"], "unknown flag --save_image"),
    ],
)
def test_a_distillation_that_cannot_run_is_refused(capsys, flags, problem):
    assert problem in refusal(capsys, [*DISTIL, *flags])


@pytest.mark.parametrize("last", [["--lambda_lpips", "0"], ["--perceptual", "none"]])
def test_a_training_without_any_loss_is_refused(capsys, last):
    off = [f"--{name}=0" for name in ("lambda_L1", "lambda_align", "lambda_L1_out", "lambda_D")]
    told = refusal(capsys, [*DISTIL, *off, "--no-Temporal_GAN_loss", *last])
    assert "every weight of the Shortcut's losses is 0" in told


@pytest.mark.parametrize("flag", ["--lambda_L2_out", "--lambda_align", "--lambda_lpips"])
def test_one_loss_is_enough(flag):
    off = [f"--{name}=0" for name in SHORTCUT_WEIGHTS]
    assert vars(TrainOptions().parse([*DISTIL, *off, flag, "1"]))[flag.removeprefix("--")] == 1


def test_a_distillation_without_a_teacher_is_refused(capsys):
    assert "--main_G_path is missing" in refusal(capsys, ["--dataroot", "D"])


def test_a_teacher_needs_no_teacher_but_two_domains(capsys):
    told = refusal(capsys, [*TEACHER, "--dataset_mode", "frames"])
    assert "--main_G_path" not in told and "needs two domains, one of unaligned_scale, v2c, v2l; got frames" in told


def test_the_content_loss_names_its_missing_file(capsys):
    told = refusal(capsys, [*TEACHER, "--vgg_path", "elsewhere.pth"])
    assert "--vgg_path elsewhere.pth: no such file" in told
    assert TrainOptions().parse([*TEACHER, "--vgg_path=x", "--lambda_content_A=0", "--lambda_content_B=0"])


@pytest.mark.parametrize("program", [TrainOptions, TestOptions, FitOptions])
def test_every_number_has_an_upper_limit(program):
    kinds = {action.dest: action.type for action in program().parser()._actions if isinstance(action.type, Kind)}
    numbers = {name: kind for name, kind in kinds.items() if kind.metavar in ("N", "X") and name != "gpu_ids"}
    assert len(numbers) > 20
    assert [name for name, kind in numbers.items() if not isinstance(kind(str(10**12)), Wrong)] == []
    assert isinstance(kinds["g_layers"](str(10**9)), Wrong) and isinstance(kinds["h_dim"](str(10**9)), Wrong)


def test_frames_are_kept_for_trainings_that_resize_them_once(capsys):
    cached = ["--frame_cache", "kept"]
    assert TrainOptions().parse([*DISTIL, *cached]).frame_cache.endswith("kept")
    told = refusal(capsys, [*TEACHER, "--model", "fcn8s", *cached])
    assert "--frame_cache keeps frames for --model ShortcutV2V and unsup_single, got --model fcn8s" in told


def test_override_names_flags(capsys):
    assert overridden(TrainOptions().parse([*DISTIL, "--override", "lr", "batchSize"])) == {"lr", "batchSize"}
    told = refusal(capsys, [*DISTIL, "--override", "lr,rate"])
    assert "--override must name flags without their dashes, such as lr; got rate" in told


def test_a_batch_that_processes_cannot_share_equally_is_refused(capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "8")
    TrainOptions().parse(DISTIL)
    assert "--batchSize is that of all 8 processes" in refusal(capsys, [*DISTIL, "--batchSize", "12"])


def test_double_precision_is_for_checks_without_validation(capsys):
    assert "--val_clips 0, got 4" in refusal(capsys, [*DISTIL, "--dtype", "float64"])
    assert TrainOptions().parse([*DISTIL, "--dtype", "float64", "--val_clips", "0"]).dtype == "float64"
