import pytest

from data.real import clips_in, real_clips
from tests.helpers.runs import save, stripes, viper


def test_v2c_keeps_real_clips_beside_its_own_and_others_may_not(tmp_path):
    viper(tmp_path, frames=1)
    (clip,) = real_clips("v2c", tmp_path, "val")
    assert len(clip.frames) == 3 and "Cityscapes" in str(clip.frames[0])
    assert real_clips("v2c", tmp_path / "none", "val") == [] == real_clips("frames", tmp_path, "val")


def test_a_folder_holds_videos_or_clip_folders(tmp_path, write_video):
    save(tmp_path / "clips" / "a" / "0.png", stripes(0, 0))
    (tmp_path / "films").mkdir()
    film = write_video(tmp_path / "films" / "b.mp4")
    for path, name in ((tmp_path / "clips", "a"), (tmp_path / "films", "b"), (film, "b")):
        assert [clip.name for clip in clips_in(path, "val")] == [name]
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no clip folder"):
        clips_in(tmp_path / "empty", "val")
