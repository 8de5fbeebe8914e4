from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data import find_clips
from data.stream import size_of
from models.evaluation.fcn8s import FCN8s
from options.build.metrics import new_metric_setup
from options.test_options import TestOptions
from tests.helpers import feature_files
from util import checkpoint
from util.image import to_tensor
from util.viper import ID, VIPER

CPU = torch.device("cpu")
ROAD, SKY = ID["road"], ID["sky"]
COLOURS = np.array(list(VIPER.values()), np.uint8)
LABELS = np.repeat([[SKY], [ROAD]], 8, axis=0).repeat(24, axis=1)  # [16, 24]: sky above road


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two frames and their label maps in the layout of v2l and l2v, and what may pass as a teacher."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    (tmp_path / "teacher.pth").touch()
    for number in range(2):
        save(tmp_path / "val" / "A" / f"001_{number}.png", np.full((16, 24, 3), 50 * number, np.uint8))
        save(tmp_path / "val" / "B" / f"001_{number}.png", COLOURS[LABELS])
    return tmp_path


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def fcn8s(path, classes=32):
    checkpoint.save(path, FCN8s(classes, width=1, hidden=1).state_dict())
    return path


def measuring(task, *flags):
    size = ["--fineSizeW", "24", "--fineSizeH", "16"]
    places = ["--dataroot", ".", "--main_G_path", "teacher.pth"]
    opt = TestOptions().parse([*places, "--dataset_option", task, *size, *flags])
    clips = find_clips(opt.layout, Path(opt.dataroot), opt.split)
    return new_metric_setup(opt, clips, size_of(clips[0], opt.fine_size), CPU), clips[0]


def test_outputs_of_v2l_are_read_by_their_colours_and_held_against_the_labels_beside_the_frames(folder):
    found, clip = measuring("v2l")
    assert "segmentation" in found.metrics and not found.notes
    shown = found.resources.segment(to_tensor(COLOURS[LABELS])[None] * 0.98)
    np.testing.assert_array_equal(shown, LABELS)
    np.testing.assert_array_equal(found.truth_of(clip, (24, 16), None)(1), LABELS)


def test_frames_of_l2v_are_their_own_ground_truth_and_a_network_reads_the_outputs(folder):
    found, clip = measuring("l2v", "--seg_weights", str(fcn8s(folder / "fcn.pth")))
    np.testing.assert_array_equal(found.truth_of(clip, (24, 16), None)(0), LABELS)
    ids = found.resources.segment(torch.zeros(1, 3, 16, 24))
    assert ids.shape == (16, 24) and ids.dtype == np.uint8


def test_without_a_network_l2v_and_without_ground_truth_v2c_have_no_class_maps(folder):
    assert "segmentation" not in measuring("l2v")[0].metrics
    with pytest.raises(ValueError, match="segmentation scores of l2v need --seg_weights FILE and --gt_root DIR"):
        measuring("l2v", "--metrics", "segmentation")


def test_missing_ground_truth_is_one_note_or_an_error_if_it_was_asked_for(folder):
    (folder / "val" / "B" / "001_1.png").unlink()
    found, _ = measuring("v2l")
    assert found.notes == ("no segmentation scores: no ground truth for frame 001_1.png",)
    assert "segmentation" not in found.metrics and found.resources.segment is None
    for asked in (["--metrics", "segmentation"], ["--gt_root", "val/B"]):
        with pytest.raises(FileNotFoundError, match=r"frame 001_1.png; expected\n.*val/B/001_1.png"):
            measuring("v2l", *asked)
    assert "segmentation" in measuring("v2l", "--max_frames", "1")[0].metrics  # the other frame is not shown


def test_weights_of_another_kind_are_refused(folder):
    checkpoint.save(folder / "other.pth", {"conv.weight": torch.zeros(1)})
    with pytest.raises(ValueError, match=r"--seg_weights other.pth: not an FCN-8s"):
        measuring("l2v", "--seg_weights", "other.pth")
    with pytest.raises(ValueError, match=r"--seg_weights .*fcn.pth: the network knows 19 classes, VIPER has 32"):
        measuring("l2v", "--seg_weights", str(fcn8s(folder / "fcn.pth", classes=19)))


def test_psnr_is_always_measured(folder):
    assert list(measuring("v2l", "--metrics", "ssim,flicker")[0].metrics) == ["psnr", "ssim", "flicker"]


def test_a_metric_that_lacks_something_is_an_error_only_if_it_was_named(folder):
    assert "fvd" not in measuring("v2l")[0].metrics
    with pytest.raises(ValueError, match="FVD: --i3d_weights FILE is not given"):
        measuring("v2l", "--metrics", "fvd")


def test_real_videos_are_where_the_layout_has_them_or_where_the_flag_says(folder):
    weights = ["--inception_weights", str(feature_files.save(feature_files.Inception(), folder / "inception.pt"))]
    found, _ = measuring("l2v", *weights)
    assert (
        not found.resources.trust_torchscript and measuring("l2v", "--trust_torchscript")[0].resources.trust_torchscript
    )
    assert "fid" in found.metrics and [len(list(clip)) for clip in found.resources.real] == [2]
    assert measuring("v2l", *weights)[0].resources.real is None
    for name in ("a", "b", "c"):
        save(folder / "drives" / name / "0.png", np.zeros((32, 48, 3), np.uint8))
    real = measuring("v2l", *weights, "--real_root", "drives")[0].resources.real
    assert [next(iter(clip)).shape for clip in real] == [(1, 3, 16, 24)] * 3


def test_without_a_comparison_nothing_is_measured(folder):
    found, clip = measuring("v2l", "--no-compare")
    assert found.metrics == {} and found.truth_of(clip, (24, 16), None) is None


def test_pictures_too_small_for_a_metric_leave_it_out_or_are_an_error_if_it_was_named(folder):
    small = ["--fineSizeW", "24", "--fineSizeH", "8"]
    found, _ = measuring("v2l", *small)
    assert "ssim" not in found.metrics and "psnr" in found.metrics
    assert "no ssim: it needs pictures of at least 11 px a side, got 8" in found.notes
    with pytest.raises(ValueError, match="--metrics ssim: it needs pictures of at least 11 px a side, got 8"):
        measuring("v2l", *small, "--metrics", "ssim")


def test_clips_too_short_for_a_metric_leave_it_out_or_are_an_error_if_it_was_named(folder):
    needs = ["--i3d_weights", str(feature_files.save(feature_files.I3d(), folder / "i3d.pt"))]
    needs += ["--real_root", str(folder / "val")]
    told = "it needs at least 2 samples of 16 consecutive frames, of the clips and of the real videos, got 0 and 0"
    found, _ = measuring("v2l", *needs)
    assert "fvd" not in found.metrics and f"no fvd: {told}" in found.notes
    with pytest.raises(ValueError, match=f"--metrics fvd: {told}"):
        measuring("v2l", *needs, "--metrics", "fvd")
