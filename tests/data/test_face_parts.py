import numpy as np
import pytest

from data.clips import Clip
from data.face_parts import open_face_parts
from data.label_maps import FACE_PARTS
from tests.helpers.runs import HEIGHT, WIDTH, save, stripes


@pytest.fixture
def clips(tmp_path):
    """Two clips of two frames."""
    paths = {name: [tmp_path / name / f"{number}.png" for number in range(2)] for name in "ab"}
    for path in (path for of_clip in paths.values() for path in of_clip):
        save(path, stripes(0, 0))
    return [Clip(name, tuple(of_clip)) for name, of_clip in paths.items()]


def maps(path, frames=2):
    np.save(path, np.full((frames, FACE_PARTS, HEIGHT, WIDTH), len(path.stem), np.float32))
    return path


def test_each_clip_of_a_folder_has_the_maps_of_its_name(clips, tmp_path):
    for clip in clips:
        maps(tmp_path / f"{clip.name}.npy")
    found = open_face_parts(tmp_path, clips, None, None)
    assert found.keys() == {"a", "b"} and found["b"][1].shape == (1, FACE_PARTS, HEIGHT, WIDTH)


def test_one_file_is_for_one_clip(clips, tmp_path):
    file = maps(tmp_path / "other.npy")
    assert open_face_parts(file, clips[:1], None, None).keys() == {"a"}
    with pytest.raises(ValueError, match=r"is one file, but there are 2 clips: give a folder of a\.npy, b\.npy$"):
        open_face_parts(file, clips, None, None)
    with pytest.raises(ValueError, match=r"a\.npy, b\.npy, a\.npy, \.\.\.$"):
        open_face_parts(file, clips * 2, None, None)


def test_as_many_maps_as_frames_are_needed(clips, tmp_path):
    file = maps(tmp_path / "short.npy", frames=1)
    assert open_face_parts(file, clips[:1], (WIDTH, HEIGHT), limit=1).keys() == {"a"}
    with pytest.raises(ValueError, match="holds 1 maps, but 2 frames"):
        open_face_parts(file, clips[:1], (WIDTH, HEIGHT), None)


def test_a_clip_without_a_file_is_an_error(clips, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"b\.npy"):
        open_face_parts(maps(tmp_path / "a.npy").parent, clips, None, None)
