import numpy as np
import pytest

from data.clips import Clip
from data.frames import UnreadableFrame
from data.label_maps import GroundTruth
from data.labelled_clips import check_colours, labelled_frames
from tests.helpers.runs import save
from util.viper import ID, colours_of

SIZE = (16, 8)


@pytest.fixture
def clip(tmp_path):
    """Three grey frames in A; their label maps in B show the road."""
    for number in range(3):
        save(tmp_path / "A" / f"001_{number}.png", np.full((8, 16, 3), 50 * number, np.uint8))
        save(tmp_path / "B" / f"001_{number}.png", colours_of(np.full((8, 16), ID["road"])))
    return Clip("001", tuple(sorted((tmp_path / "A").iterdir())))


def truth(folder):
    return GroundTruth(folder / "B", SIZE)


def test_every_frame_comes_with_its_classes(clip, tmp_path):
    pairs = labelled_frames(clip, truth(tmp_path), SIZE, limit=2)
    assert len(pairs) == 2
    for number, (frame, ids) in enumerate(pairs):
        assert frame.shape == (1, 3, 8, 16) and frame.mean().item() == pytest.approx(50 * number / 127.5 - 1, abs=1e-4)
        np.testing.assert_array_equal(ids, np.full((8, 16), ID["road"]))


def test_a_damaged_label_map_is_named(clip, tmp_path):
    (tmp_path / "B" / "001_1.png").write_bytes(b"junk")
    with pytest.raises(UnreadableFrame, match="001_1.png"):
        labelled_frames(clip, truth(tmp_path), SIZE, limit=2)


def test_colours_of_no_class_are_told_and_damaged_maps_are_not_counted(clip, tmp_path):
    first = tmp_path / "B" / "001_0.png"
    assert check_colours([clip], truth(tmp_path), SIZE) == "all colours known"
    save(first, np.full((8, 16, 3), 7, np.uint8))
    assert "(7, 7, 7)" in check_colours([clip], truth(tmp_path), SIZE)
    first.write_bytes(b"junk")
    assert check_colours([clip], truth(tmp_path), SIZE) == "all colours known"
