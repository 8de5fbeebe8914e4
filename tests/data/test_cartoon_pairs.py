import cv2
import numpy as np
import pytest
import torch

from data.cartoon import draw_cartoon
from data.cartoon_pairs import CartoonPairs, degrade, vary_exposure
from data.clips import Clip
from data.frames import UnreadableFrame
from util.image import to_uint8


@pytest.fixture
def clips(write_frames, write_video, tmp_path):
    """A clip of pictures and a video."""
    pictures = write_frames(tmp_path / "pictures", ["0.png", "1.png", "2.png"], (160, 120))
    return [
        Clip("pictures", tuple(pictures)),
        Clip("video", video=write_video(tmp_path / "video.mp4", size=(160, 120))),
    ]


def pairs(clips, **kwargs):
    return CartoonPairs(clips, load_size=(48, 36), fine_size=(32, 24), **kwargs)


def test_a_pair_is_a_small_frame_and_a_cartoon_of_four_times_its_size(clips):
    for index in range(2):
        pair = pairs(clips)[0, index]
        assert pair["frame"].shape == (3, 24, 32) and pair["cartoon"].shape == (3, 96, 128) and pair["skipped"] == []
        assert all(-1 <= pair[key].min() and pair[key].max() <= 1 for key in ("frame", "cartoon"))


@pytest.mark.parametrize("flip", [False, True])
def test_frame_and_cartoon_show_the_same_place_the_same_way_round(flip, tmp_path):
    rng = np.random.default_rng(0)
    blobs = cv2.resize(rng.integers(0, 255, (8, 10, 3), np.uint8), (160, 120), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(tmp_path / "0.png"), blobs)
    dataset = pairs([Clip("one", (tmp_path / "0.png",))], flip=flip)
    for epoch in range(6):
        pair = dataset[epoch, 0]
        reduced = cv2.resize(to_uint8(pair["cartoon"]), (32, 24), interpolation=cv2.INTER_AREA)
        assert np.corrcoef(reduced.ravel(), to_uint8(pair["frame"]).ravel())[0, 1] > 0.8


def test_a_pair_depends_on_seed_epoch_and_clip_alone(clips):
    first, again = pairs(clips, seed=3), pairs(clips, seed=3)
    again[0, 0], again[5, 1]
    assert all(torch.equal(first[1, 1][key], again[1, 1][key]) for key in ("frame", "cartoon"))
    assert not torch.equal(first[1, 1]["frame"], first[2, 1]["frame"])
    assert not torch.equal(first[1, 1]["frame"], pairs(clips, seed=4)[1, 1]["frame"])


def test_only_the_frame_is_worn(clips):
    """The same draw without wear, noise and JPEG, would give the same cartoon."""
    rng = np.random.default_rng(0)
    plain = np.full((24, 32, 3), 128, np.uint8)
    assert 0 < np.abs(degrade(plain, rng).astype(int) - 128).mean() < 10
    assert np.ptp(draw_cartoon(vary_exposure(plain, rng)), axis=(0, 1)).max() == 0


def test_exposure_and_tint_change_but_order_does_not():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    drawn = vary_exposure(ramp, np.random.default_rng(1))[0].astype(int)
    assert (np.diff(drawn, axis=0) >= 0).all() and np.abs(drawn - ramp[0]).max() > 5


def test_unreadable_frames_are_replaced_and_named(clips):
    damaged = clips[0].frames[1]
    damaged.write_bytes(b"")
    dataset = pairs(clips)
    skipped = [name for epoch in range(12) for name in dataset[epoch, 0]["skipped"]]
    assert set(skipped) == {str(damaged)}


def test_a_clip_without_a_readable_frame_is_an_error_that_names_it(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"")
    with pytest.raises(UnreadableFrame, match=r"no readable frame in 10 tries, bad are .*bad\.png"):
        pairs([Clip("bad", (tmp_path / "bad.png",))])[0, 0]


def test_no_clip_is_an_error():
    with pytest.raises(ValueError, match="no clip"):
        pairs([])
