from pathlib import Path

import pytest

from data.clips import Clip, list_images, one_clip


@pytest.mark.parametrize("parts", [{}, {"frames": (Path("1.png"),), "video": Path("a.mp4")}])
def test_a_clip_is_either_images_or_a_video(parts):
    with pytest.raises(ValueError, match="clip 'x' needs image files or one video file"):
        Clip("x", **parts)


def test_a_clip_knows_the_files_that_it_is_read_from():
    assert Clip("a", frames=(Path("1.png"), Path("2.png"))).files == (Path("1.png"), Path("2.png"))
    assert Clip("a", video=Path("a.mp4")).files == (Path("a.mp4"),)


def test_images_that_lie_one_folder_deeper_are_pointed_at(tmp_path):
    (tmp_path / "a" / "frames").mkdir(parents=True)
    (tmp_path / "a" / "frames" / "1.png").touch()
    with pytest.raises(
        FileNotFoundError, match=r"a holds no image \(\.bmp .*\), but its folder frames/ does; expected"
    ):
        list_images(tmp_path / "a", "tree")


def test_a_clip_of_a_folder_is_named_after_it(tmp_path, monkeypatch):
    (tmp_path / "walk").mkdir()
    (tmp_path / "walk" / "1.png").touch()
    monkeypatch.chdir(tmp_path / "walk")
    assert one_clip(tmp_path / "walk", "tree").name == one_clip(Path("."), "tree").name == "walk"
