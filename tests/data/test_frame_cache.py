import os

import numpy as np
import pytest
from PIL import Image

from data.frame_cache import FrameCache, frame_reader
from data.frames import UnreadableFrame, read_frame, resize

SIZE = (24, 12)


@pytest.fixture
def frame(tmp_path, write_frames):
    return write_frames(tmp_path, ["1.png"], (40, 30))[0]


def kept(folder):
    return sorted(folder.rglob("*.rgb"))


def test_a_kept_frame_is_the_resized_one_and_is_not_decoded_again(tmp_path, frame):
    cache = FrameCache(tmp_path / "cache", SIZE)
    expected = resize(read_frame(frame), SIZE)
    assert np.array_equal(cache.read(frame), expected)
    [file] = kept(tmp_path / "cache")
    file.write_bytes(bytes(3 * 24 * 12))  # what is kept is what is read
    assert not cache.read(frame).any()


def test_a_frame_that_changed_is_read_anew(tmp_path, frame):
    cache = FrameCache(tmp_path / "cache", SIZE)
    cache.read(frame)
    Image.new("RGB", (40, 30), (9, 9, 9)).save(frame)
    assert (cache.read(frame) == 9).all()
    os.utime(frame, ns=(0, 0))
    cache.read(frame)
    assert len(kept(tmp_path / "cache")) == 3


def test_sizes_do_not_mix(tmp_path, frame):
    for size in (SIZE, (12, 24)):
        assert FrameCache(tmp_path / "cache", size).read(frame).shape == (size[1], size[0], 3)


def test_a_kept_frame_that_is_cut_short_is_made_again(tmp_path, frame):
    cache = FrameCache(tmp_path / "cache", SIZE)
    expected = cache.read(frame)
    [file] = kept(tmp_path / "cache")
    file.write_bytes(file.read_bytes()[:-1])
    assert np.array_equal(cache.read(frame), expected) and file.stat().st_size == expected.size


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path, frame):
    (tmp_path / "cache").touch()
    assert FrameCache(tmp_path / "cache", SIZE).read(frame).shape == (12, 24, 3)


def test_a_damaged_file_is_told_and_not_kept(tmp_path, frame):
    frame.write_bytes(b"no picture")
    for path in (frame, tmp_path / "gone.png"):
        with pytest.raises(UnreadableFrame, match=path.name):
            FrameCache(tmp_path / "cache", SIZE).read(path)
    assert not kept(tmp_path / "cache")


def test_without_a_folder_frames_are_only_read(tmp_path, frame):
    assert np.array_equal(frame_reader(SIZE)(frame), read_frame(frame, SIZE))
    assert frame_reader(SIZE, tmp_path / "cache")(frame).shape == (12, 24, 3)
