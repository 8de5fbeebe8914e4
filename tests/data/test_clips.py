from pathlib import Path

import pytest

from data.clips import IMAGE_SUFFIXES, Clip, list_files, list_subfolders, natural_key


def test_frame_2_comes_before_frame_10():
    names = ["frame_10.png", "frame_2.png", "frame_1.JPG", "other_3.png", "frame_2b.png"]
    ordered = [p.name for p in sorted(map(Path, names), key=natural_key)]
    assert ordered == ["frame_1.JPG", "frame_2.png", "frame_2b.png", "frame_10.png", "other_3.png"]


def test_names_that_begin_with_a_digit_and_names_that_do_not_can_be_compared():
    assert sorted(map(Path, ["b.png", "1.png", "a1.png", "01.png"]), key=natural_key)[-1] == Path("b.png")


def test_only_visible_image_files_are_listed(tmp_path):
    for name in ("2.PNG", "1.jpg", "3.jpeg", "._1.jpg", ".hidden.png", "notes.txt", "Thumbs.db", "png"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [p.name for p in list_files(tmp_path, IMAGE_SUFFIXES)] == ["1.jpg", "2.PNG", "3.jpeg"]


def test_links_to_files_and_folders_count_and_hidden_folders_do_not(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "1.png").touch()
    (tmp_path / ".cache").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "real" / "2.png").symlink_to(tmp_path / "real" / "1.png")
    assert [p.name for p in list_subfolders(tmp_path)] == ["linked", "real"]
    assert len(list_files(tmp_path / "linked", IMAGE_SUFFIXES)) == 2


@pytest.mark.parametrize("parts", [{}, {"frames": (Path("1.png"),), "video": Path("a.mp4")}])
def test_a_clip_is_either_images_or_a_video(parts):
    with pytest.raises(ValueError, match="clip 'x' needs image files or one video file"):
        Clip("x", **parts)
