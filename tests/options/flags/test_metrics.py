import pytest

from options.flags.metrics import methods_of
from options.test_options import TestOptions


@pytest.fixture
def parse(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "teacher.pth").touch()
    return lambda *flags: TestOptions().parse(["--dataroot", ".", "--main_G_path", "teacher.pth", *flags])


def test_by_default_the_shortcut_stands_beside_all_it_is_compared_with(parse):
    assert methods_of(parse()) == ["teacher", "reuse", "flow_warp", "fixed"]
    assert methods_of(parse("--refresh", "adaptive")) == ["teacher", "reuse", "flow_warp", "adaptive"]
    assert methods_of(parse("--no-compare")) == ["fixed"]


def test_methods_and_metrics_keep_the_order_given(parse):
    opt = parse("--methods", "fixed,teacher,reuse", "--metrics", "ssim,psnr")
    assert methods_of(opt) == ["fixed", "teacher", "reuse"] and opt.metrics == "ssim,psnr"


def test_both_refreshes_may_be_named(parse):
    opt = parse("--methods", "teacher,fixed,adaptive", "--refresh_threshold", "0.3")
    assert opt.refresh == "fixed" and opt.refresh_threshold == 0.3


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ("--methods teacher,warp", "--methods must be some of teacher, reuse, flow_warp, fixed, adaptive separated by"),
        ("--metrics psnr,mse", "--metrics must be auto or some of psnr, ssim, lpips, "),
        ("--metrics auto,psnr", "--metrics must be auto or some of"),
        ("--methods teacher,reuse", "--methods teacher,reuse lacks fixed, the Shortcut of this run"),
        ("--methods fixed,reuse", "--methods fixed,reuse lacks teacher, which all others are compared with"),
        ("--no-compare --methods fixed,reuse", "reuse need the teacher's frames, got --no-compare"),
        ("--no-compare --metrics ssim", "--metrics ssim needs --compare: --no-compare measures nothing"),
        ("--methods teacher,fixed,adaptive --refresh_mode spread", "--refresh_mode spread needs an interval known"),
        ("--methods teacher,fixed,adaptive --refresh_output shortcut", "--refresh_output shortcut would show another"),
        ("--dataset_option v2l --seg_weights teacher.pth", "--seg_weights is not for v2l: its outputs are label maps"),
        ("--i3d_weights i3d.pt", "--i3d_weights i3d.pt: no such file"),
        ("--gt_root labels", "--gt_root labels: no such file or folder"),
        ("--seg_protocol strict", "--seg_protocol must be one of standard, published, got 'strict'"),
    ],
)
def test_what_cannot_be_measured_is_refused(parse, capsys, flags, problem):
    with pytest.raises(SystemExit):
        parse(*flags.split())
    assert problem in capsys.readouterr().err
