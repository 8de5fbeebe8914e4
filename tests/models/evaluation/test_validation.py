import pytest
import torch

from models.evaluation.validation import ValClip, readable, validate_block
from tests.helpers.tiny import block, teacher, video


def unreadable():
    raise ValueError("cannot read a.png")


def test_a_clip_that_cannot_be_read_is_left_out_and_named():
    left_out = []
    assert list(readable([ValClip("a", unreadable), ValClip("b", lambda: [1])], left_out)) == [("b", [1])]
    assert left_out == ["validation leaves out clip a: cannot read a.png"]


def test_other_errors_are_raised():
    with pytest.raises(ZeroDivisionError):
        list(readable([ValClip("a", lambda: 1 / 0)], []))


def test_the_figures_are_those_of_skipped_frames_and_the_best_is_their_psnr():
    clip = ValClip("a", lambda: list(video(4)))
    figures, left_out = validate_block([clip, ValClip("b", unreadable)], teacher(), block(), interval=3)
    distances = {f"{metric}_distance_{d}" for metric in ("psnr", "ssim") for d in ("1", "2")}
    assert figures.keys() == distances | {"psnr_skipped", "ssim_skipped", "reuse_psnr_skipped", "best"}
    assert figures["best"] == figures["psnr_skipped"] and len(left_out) == 1
    assert figures["psnr_distance_1"] != figures["psnr_distance_2"]


def test_without_a_skipped_frame_there_are_no_figures():
    assert validate_block([ValClip("a", lambda: list(video(1)))], teacher(), block(), interval=3) == ({}, [])


def test_a_shortcut_shown_on_reference_frames_has_more_skipped_frames():
    clips = [ValClip("a", lambda: list(video(4)))]
    figures = [validate_block(clips, teacher(), block(), 2, shown, "reference")[0] for shown in ("teacher", "shortcut")]
    assert [figure.keys() >= {"psnr_distance_2"} for figure in figures] == [False, True]
    assert torch.isfinite(torch.tensor(figures[1]["best"]))
