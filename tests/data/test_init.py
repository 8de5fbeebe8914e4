import pytest

from data import DATASETS, UNPAIRED, find_clips, unused_files


def test_a_root_that_is_a_file_is_a_video_in_every_dataset(tmp_path):
    video = tmp_path / "ride.mp4"
    video.touch()
    assert {find_clips(name, video, "val")[0].video for name in DATASETS} == {video}


def test_a_root_that_is_a_folder_is_read_by_the_named_layout(tmp_path):
    (tmp_path / "val" / "A").mkdir(parents=True)
    (tmp_path / "val" / "A" / "001_1.png").touch()
    assert [c.name for c in find_clips("v2l", tmp_path, "val")] == ["001"]


@pytest.mark.parametrize(("dataset", "split", "told"), [("v2x", "val", "known are v2c"), ("v2c", "test", "got 'test'")])
def test_unknown_names_are_refused(tmp_path, dataset, split, told):
    with pytest.raises(ValueError, match=told):
        find_clips(dataset, tmp_path, split)


def test_each_unpaired_dataset_has_two_different_sides():
    assert all(a is not b for a, b in UNPAIRED.values())


def test_of_a_dataset_of_two_domains_both_are_used(tmp_path):
    for name in ("A/1.png", "B/1.png", "B/2.exr"):
        (tmp_path / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "train" / name).touch()
    found = [f"not used of {tmp_path}: 1 .exr file (train/B/2.exr)"]
    assert unused_files("unaligned_scale", tmp_path, "train") == found
    assert unused_files("frames", tmp_path / "train" / "B" / "1.png", "train") == []
