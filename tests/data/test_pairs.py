from collections import Counter

import pytest
import torch
from torch.utils.data import DataLoader

from data.batches import ResumableBatchSampler, collate
from data.clips import Clip
from data.frame_cache import frame_reader
from data.frames import UnreadableFrame
from data.pairs import PairDataset

SIZES = {"load_size": (32, 16), "fine_size": (24, 12)}


def number_of(image):
    """Which `picture` a frame in [-1, 1] shows."""
    return round((image[0].mean().item() + 1) * 127.5 / 10)


@pytest.fixture
def clip(tmp_path, write_frames):
    return Clip("drive", tuple(write_frames(tmp_path / "drive", [f"{i}.png" for i in range(9)])))


def test_a_pair_is_two_frames_of_one_clip_at_the_stated_distance_and_cut_alike(clip):
    dataset = PairDataset([clip], max_gap=3, flip=True, **SIZES)
    for epoch in range(20):
        item = dataset[epoch, 0]
        assert item["reference"].shape == item["current"].shape == (3, 12, 24)
        assert number_of(item["current"]) - number_of(item["reference"]) == item["distance"]
        torch.testing.assert_close(item["reference"][1:], item["current"][1:])
        assert item["skipped"] == []


def test_gaps_are_uniform_up_to_the_largest_and_reach_both_ends_of_the_clip(clip):
    dataset = PairDataset([clip], max_gap=3, **SIZES)
    items = [dataset[epoch, 0] for epoch in range(300)]
    gaps = Counter(item["distance"] for item in items)
    assert sorted(gaps) == [1, 2, 3] and min(gaps.values()) > 70
    assert {number_of(i["reference"]) for i in items} | {number_of(i["current"]) for i in items} == set(range(9))


def test_near_gaps_occur_in_proportion_to_one_over_the_distance(clip):
    dataset = PairDataset([clip], max_gap=3, gaps="near", **SIZES)
    gaps = Counter(dataset[epoch, 0]["distance"] for epoch in range(660))
    assert sorted(gaps) == [1, 2, 3]
    for distance, expected in ((1, 360), (2, 180), (3, 120)):
        assert abs(gaps[distance] - expected) < 45


def test_the_gap_is_capped_by_the_length_of_the_clip(clip):
    dataset = PairDataset([Clip("short", clip.frames[:3])], max_gap=50, **SIZES)
    assert {dataset[epoch, 0]["distance"] for epoch in range(30)} == {1, 2}


def test_a_pair_depends_on_seed_epoch_and_clip_alone(clip):
    one, same, other = (PairDataset([clip, clip], 3, flip=True, seed=s, **SIZES) for s in (1, 1, 2))
    first = one[4, 0]["current"]
    one[5, 1]
    assert torch.equal(first, one[4, 0]["current"]) and torch.equal(first, same[4, 0]["current"])
    for dataset, key in ((one, (5, 0)), (one, (4, 1)), (other, (4, 0))):
        assert not torch.equal(first, dataset[key]["current"])


def test_worker_processes_change_nothing(clip):
    dataset = PairDataset([clip] * 5, 3, **SIZES)
    alone, shared = (
        list(
            DataLoader(dataset, batch_sampler=ResumableBatchSampler(5, 2, epochs=2), collate_fn=collate, num_workers=n)
        )
        for n in (0, 2)
    )
    assert len(alone) == len(shared) == 6
    for a, b in zip(alone, shared, strict=True):
        assert torch.equal(a["reference"], b["reference"]) and torch.equal(a["distance"], b["distance"])


def test_damaged_frames_are_passed_over_and_named(clip):
    clip.frames[4].write_bytes(clip.frames[4].read_bytes()[:60])
    clip.frames[5].write_bytes(b"")
    dataset = PairDataset([clip], max_gap=2, **SIZES)
    items = [dataset[epoch, 0] for epoch in range(60)]
    assert {name for item in items for name in item["skipped"]} == {str(clip.frames[4]), str(clip.frames[5])}
    assert all(len(set(item["skipped"])) == len(item["skipped"]) for item in items)
    assert {number_of(item["current"]) for item in items} == {1, 2, 3, 7, 8}


@pytest.fixture
def damaged(tmp_path, write_frames):
    """Clips of which only the first frame can be read."""
    clips = [Clip(f"bad{k}", tuple(write_frames(tmp_path / f"bad{k}", ["0.png", "1.png"]))) for k in range(6)]
    for made in clips:
        made.frames[1].write_bytes(b"")
    return clips


def test_another_clip_takes_the_place_of_one_without_a_readable_pair(clip, damaged):
    dataset = PairDataset([damaged[0], clip, damaged[1]], max_gap=3, **SIZES)
    for epoch in range(20):
        item = dataset[epoch, 0]
        assert item["skipped"][0] == str(damaged[0].frames[1]) and len(set(item["skipped"])) == len(item["skipped"])
        assert number_of(item["current"]) - number_of(item["reference"]) == item["distance"]
        assert torch.equal(item["current"], dataset[epoch, 0]["current"])


def test_several_clips_without_a_readable_pair_are_an_error_that_names_them(damaged):
    with pytest.raises(UnreadableFrame, match=r"in 10 tries per clip: bad2(, bad\d){4} .*bad2/1\.png"):
        PairDataset(damaged, max_gap=8, **SIZES)[0, 2]
    with pytest.raises(UnreadableFrame, match="per clip: bad0 "):
        PairDataset(damaged[:1], max_gap=8, **SIZES)[0, 0]


def test_pairs_of_a_video_are_the_frames_at_those_numbers(tmp_path, write_video):
    dataset = PairDataset([Clip("film", video=write_video(tmp_path / "film.mp4"))], max_gap=5, **SIZES)
    seen = set()
    for epoch in range(20):
        item = dataset[epoch, 0]
        assert number_of(item["current"]) - number_of(item["reference"]) == item["distance"]
        seen |= {number_of(item["reference"]), number_of(item["current"])}
    assert len(seen) > 8


def test_clips_of_one_frame_are_refused_by_name(clip, tmp_path, write_video):
    still = Clip("still", clip.frames[:1])
    flash = Clip("flash", video=write_video(tmp_path / "flash.mp4", times=[0]))
    with pytest.raises(ValueError, match="these clips have one: still, flash"):
        PairDataset([clip, still, flash], max_gap=3, **SIZES)


def test_nothing_to_draw_from_is_refused(clip):
    with pytest.raises(ValueError, match="max_gap must be at least 1 frame, got 0"):
        PairDataset([clip], max_gap=0, **SIZES)
    with pytest.raises(ValueError, match="no clip"):
        PairDataset([], max_gap=1, **SIZES)
    with pytest.raises(ValueError, match="gaps must be one of uniform, near, got 'far'"):
        PairDataset([clip], max_gap=1, gaps="far", **SIZES)


def test_frames_of_different_sizes_are_brought_to_one(tmp_path, write_frames):
    big = write_frames(tmp_path / "big", ["0.png"], size=(64, 40))
    small = write_frames(tmp_path / "small", ["1.png"], size=(20, 10))
    item = PairDataset([Clip("mixed", (*big, *small))], max_gap=1, **SIZES)[0, 0]
    assert item["reference"].shape == item["current"].shape and bool(item["current"].isfinite().all())


def test_pairs_are_the_same_through_a_cache(clip, tmp_path):
    read = frame_reader(SIZES["load_size"], tmp_path / "cache")
    plain, cached = (PairDataset([clip], 3, **SIZES, read=r) for r in (None, read))
    for _ in range(2):
        assert torch.equal(plain[0, 0]["current"], cached[0, 0]["current"])
    assert list((tmp_path / "cache").rglob("*.rgb"))
