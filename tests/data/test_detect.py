import pytest

from data.detect import detect


def touch(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize("inner", [".", "val"])
def test_a_folder_of_videos_is_found_out(tmp_path, inner):
    touch(tmp_path / inner, "a.mp4", "b.TS", "cover.jpg", "list.txt")
    assert detect(tmp_path, "val") == ("videofile", "a folder of 2 videos (a.mp4, b.TS)")


def test_a_file_is_a_video(tmp_path):
    touch(tmp_path, "a.mp4")
    assert detect(tmp_path / "a.mp4", "train") == ("videofile", "a video file")


def test_pictures_and_clip_folders_are_found_out(tmp_path):
    touch(tmp_path / "flat", "1.png", "2.png")
    assert detect(tmp_path / "flat", "val") == ("frames", "a folder of 2 pictures (1.png, 2.png)")
    touch(tmp_path / "clips" / "train" / "a", "1.png")
    assert detect(tmp_path / "clips", "train") == ("frames", "a folder of 1 clip folder (a)")


@pytest.mark.parametrize("tree", ["Viper/val/img/001", "val/A", "train/B"])
def test_a_dataset_with_a_layout_of_its_own_is_left_to_it(tmp_path, tree):
    touch(tmp_path / tree, "1.png")
    touch(tmp_path, "a.mp4")
    assert detect(tmp_path, "val") is None


def test_nothing_is_found_out_where_nothing_can_be_read(tmp_path):
    touch(tmp_path, "a.doc")
    touch(tmp_path / "docs", "logo.png")
    touch(tmp_path / "code", "a.py")  # clip folders alone would hold pictures, all of them
    assert detect(tmp_path, "val") is None and detect(tmp_path / "gone", "val") is None


def test_videos_beside_pictures_are_refused_with_both_readings(tmp_path):
    touch(tmp_path, "a.mp4")
    touch(tmp_path / "frames", "1.png")
    told = r"1 video \(a.mp4\) and also 1 clip folder \(frames\): give --dataset_mode videofile for .* or frames for"
    with pytest.raises(ValueError, match=told):
        detect(tmp_path, "val")


def test_videos_that_lie_deeper_are_pointed_at(tmp_path):
    touch(tmp_path / "monday", "a.mp4")
    with pytest.raises(ValueError, match="holds no video, but its folders do: monday; give one of them"):
        detect(tmp_path, "val")
