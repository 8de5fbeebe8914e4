import pytest

from options.record import describe
from options.test_options import TestOptions, chosen_clips
from tests.helpers.programs import run_test, run_train
from tests.helpers.runs import distil, save, stripes, translation

PUBLISHED = """--dataroot D --name ShortcutV2V_unsup_v2c --dataset_mode video
--main_G_path checkpoints/v2c_teacher/latest_net_G_A.pth --feat_ch 128 --h_dim 64 --dataset_option v2c
--skip_idx_start 5 --skip_idx_end 17 --how_many 10 --results_dir ./results/ --which_epoch latest --max_interval 3"""


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "D").mkdir()
    weights = tmp_path / "checkpoints" / "v2c_teacher" / "latest_net_G_A.pth"
    weights.parent.mkdir(parents=True)
    weights.touch()


def test_the_published_command_line_parses():
    opt = TestOptions().parse(PUBLISHED.split())
    assert (opt.how_many, opt.skip_idx_end, opt.feat_ch, opt.layout, opt.split) == (10, 17, 128, "v2c", "val")
    assert opt.load_size == (542, 286) and opt.fine_size == (512, 256)


@pytest.mark.parametrize("epoch", ["latest", "best", "50"])
def test_an_epoch_is_latest_best_or_a_number(epoch):
    assert TestOptions().parse([*PUBLISHED.split(), "--which_epoch", epoch]).which_epoch == epoch


def test_a_reference_on_every_frame_is_allowed():
    assert TestOptions().parse([*PUBLISHED.split(), "--max_interval", "1"]).max_interval == 1


def test_by_default_nothing_but_the_interval_decides():
    opt = TestOptions().parse(PUBLISHED.split())
    assert (opt.refresh, opt.refresh_mode, opt.amp, opt.deform_backend) == ("fixed", "whole", "off", "auto")


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ("--refresh_threshold 0.2", "--refresh_threshold 0.2 needs --refresh adaptive, got --refresh fixed"),
        ("--refresh adaptive --refresh_threshold 0", "--refresh_threshold must be a number between 1e-06 and 100, got"),
        ("--refresh adaptive --refresh_mode spread", "spread needs an interval known beforehand: --refresh fixed"),
        ("--refresh adaptive --refresh_output shortcut", "--refresh_output shortcut would show another scene"),
        ("--refresh_mode spread --max_interval 1", "spread needs --max_interval of at least 2, got 1"),
        ("--refresh sometimes", "--refresh must be one of fixed, adaptive, got 'sometimes'"),
        ("--amp half", "--amp must be one of off, bf16, fp16, auto, got 'half'"),
        (
            "--deform_backend gpu",
            "--deform_backend must be one of auto, reference, cpu, native, triton, torchvision, got 'gpu'",
        ),
    ],
)
def test_a_runtime_that_cannot_be_is_refused(capsys, flags, problem):
    with pytest.raises(SystemExit):
        TestOptions().parse([*PUBLISHED.split(), *flags.split()])
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["--dataroot", "D"], "--main_G_path is missing"),
        ([*PUBLISHED.split(), "--which_epoch", "last"], "--which_epoch must be latest, best or an epoch's number"),
        ([*PUBLISHED.split(), "--dataset_mode", "unaligned_scale"], "unaligned_scale has no clips"),
        (
            [*PUBLISHED.split(), "--how_many", "0"],
            "--how_many must be a whole number between 1 and 1,000,000,000, got '0'",
        ),
        ([*PUBLISHED.split(), "--niter", "3"], "unknown flag --niter"),
    ],
)
def test_what_cannot_be_tested_is_refused(capsys, argv, problem):
    with pytest.raises(SystemExit):
        TestOptions().parse(argv)
    assert problem in capsys.readouterr().err


@pytest.fixture
def parse(tmp_path):
    """Options of test.py for a dataset of three clips of one frame."""
    (tmp_path / "teacher.pth").touch()
    for clip in ("a", "b", "c"):
        save(tmp_path / "clips" / clip / "1.png", stripes(0, 0))
    places = ["--dataset_mode", "frames", "--dataroot", str(tmp_path / "clips")]
    return lambda *flags: TestOptions().parse([*places, "--main_G_path", str(tmp_path / "teacher.pth"), *flags])


@pytest.mark.parametrize(
    ("flags", "names", "told"),
    [
        ([], "abc", "3"),
        (["--how_many", "3"], "abc", "3"),
        (["--how_many", "9"], "abc", "3"),
        (["--how_many", "2"], "ab", "2 of 3 clips (--how_many)"),
    ],
)
def test_clips_that_are_left_out_are_told(parse, flags, names, told):
    clips, words = chosen_clips(parse(*flags))
    assert ([clip.name for clip in clips], words) == (list(names), told)


def test_a_test_says_that_it_takes_the_first_clips_only(tmp_path, capsys):
    run_train(distil(tmp_path, "--niter", "1"))
    for clip in ("066", "067"):
        save(tmp_path / "data" / "Viper" / "val" / "img" / clip / f"{clip}_00000.png", stripes(0, 0))
    capsys.readouterr()
    assert run_test(translation(tmp_path, "--how_many", "2", "--dry_run")) == 0
    assert "2 of 3 clips (--how_many)" in capsys.readouterr().out


@pytest.fixture
def mine(tmp_path):
    """parse(script, typed): options of `script -- typed` for a folder of videos, whose dataset nobody named."""
    (tmp_path / "teacher.pth").touch()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp4").touch()
    places = ["--dataroot", str(tmp_path / "in"), "--main_G_path", str(tmp_path / "teacher.pth")]
    return lambda script="", typed="": TestOptions().parse([*script.split(), "--", *places, *typed.split()])


def test_a_folder_of_videos_needs_no_flag_and_what_was_guessed_is_told(mine):
    opt = mine("--dataset_mode video --dataset_option v2c --fineSizeW 512")
    assert (opt.dataset_mode, opt.fine_size) == ("videofile", None)
    first, second = opt.notes
    assert first == "--dataset_mode videofile, because --dataroot is a folder of 1 video (a.mp4)"
    assert second.startswith("--resize_mode none") and describe(opt).endswith("\n".join(opt.notes))


@pytest.mark.parametrize("typed", ["--fineSizeH 64", "--resize_mode rectangle"])
def test_a_size_that_was_typed_is_kept(mine, typed):
    assert mine(typed=typed).fine_size is not None


@pytest.mark.parametrize("typed", ["--dataset_mode frames", "--dataset_option v2l"])
def test_a_dataset_that_was_typed_is_not_guessed(mine, typed):
    opt = mine(typed=typed)
    assert opt.dataset_mode != "videofile" and opt.notes == ()


def test_a_folder_that_can_be_read_in_two_ways_is_refused_before_anything_runs(mine, tmp_path, capsys):
    save(tmp_path / "in" / "clip" / "1.png", stripes(0, 0))
    with pytest.raises(SystemExit):
        mine()
    assert "give --dataset_mode videofile for the videos, or frames for the pictures" in capsys.readouterr().err
