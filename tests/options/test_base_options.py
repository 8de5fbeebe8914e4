import pytest
import yaml

from options.record import save
from options.test_options import TestOptions


@pytest.fixture
def given(tmp_path):
    """The two flags that every call of test.py needs, with paths that exist."""
    weights = tmp_path / "latest_net_G_A.pth"
    weights.touch()
    return ["--dataroot", str(tmp_path), "--main_G_path", str(weights)]


def refusal(capsys, argv):
    with pytest.raises(SystemExit) as ended:
        TestOptions().parse(argv)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_all_problems_are_told_at_once(capsys, given):
    told = refusal(
        capsys,
        [*given, "--max_interval", "0", "--h_dim", "many", "--bogus", "3", "--fineSizeW", "30", "--gpu_ids", "0,1"],
    )
    for problem in (
        "unknown flag --bogus",
        "--max_interval must be a whole number between 1 and 100,000, got '0'",
        "--h_dim must be a whole number between 1 and 4,096, got 'many'",
        "--fineSizeW must be a multiple of 4, got 30",
        "--gpu_ids must be -1 for the CPU, the number of one GPU, or mps, got '0,1'",
    ):
        assert problem in told


def test_a_flag_cannot_be_abbreviated(capsys, given):
    assert "unknown flag --max_inter, did you mean --max_interval?" in refusal(capsys, [*given, "--max_inter", "4"])


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (["--dataroot", "/nowhere"], "--dataroot /nowhere: no such file or folder; `python -m data.samples.street`"),
        (["--main_G_path", "/nowhere.pth"], "--main_G_path /nowhere.pth: no such file"),
        (["--name", "a/b"], "--name must be one folder name, got 'a/b'"),
        (["--name=--"], "--name must be a value, got '--'"),
        (["--name", ".."], "--name must be one folder name, got '..'"),
        (["--skip_idx_start", "6", "--skip_idx_end", "6"], "--skip_idx_end must be above --skip_idx_start 6, got 6"),
        (["--resize_mode", "square", "--fineSize", "30"], "--fineSize must be a multiple of 4, got 30"),
        (["--dataset_mode", "videos"], "--dataset_mode must be one of video, frames, videofile, unaligned_scale"),
    ],
)
def test_a_wrong_flag_is_refused(capsys, given, flags, problem):
    assert problem in refusal(capsys, [*given, *flags])


def test_without_a_dataset_the_way_to_the_sample_is_told(capsys, given):
    assert "bash scripts/unsup_recycle/test_v2c.sh" in refusal(capsys, given[2:])


def test_the_size_of_another_resize_mode_is_not_checked(given):
    assert TestOptions().parse([*given, "--resize_mode", "none", "--fineSizeW", "30"]).fine_size is None


def test_flags_of_the_command_line_win_over_those_of_a_file(tmp_path, given):
    first = TestOptions().parse([*given, "--max_interval", "5", "--no-compare", "--fps", "30"])
    save(first, tmp_path / "options.yaml")
    again = TestOptions().parse(["--options", str(tmp_path / "options.yaml"), "--max_interval", "2", "--compare"])
    assert (again.max_interval, again.compare, again.fps) == (2, True, 30)
    assert again.main_G_path == first.main_G_path


def test_a_file_is_checked_like_flags(capsys, tmp_path, given):
    (tmp_path / "options.yaml").write_text(yaml.safe_dump({"max_interval": 0, "bogus": 1}))
    told = refusal(capsys, [*given, "--options", str(tmp_path / "options.yaml")])
    assert (
        "does not know: bogus" in told
        and "--max_interval must be a whole number between 1 and 100,000, got '0'" in told
    )


def test_defaults_are_what_parsing_nothing_more_gives(given):
    opt = TestOptions().parse(given)
    changed = {name for name, v in vars(opt).items() if v != opt.defaults[name]}
    assert changed == {"dataroot", "main_G_path"}


def test_help_names_the_dataset_flag_and_ends_well(capsys):
    with pytest.raises(SystemExit) as ended:
        TestOptions().parse(["--help"])
    assert ended.value.code == 0 and "--dataroot" in capsys.readouterr().out
