from data.frames import read_frame
from data.photographs import NAMES, photographs


def test_scikit_image_brings_all_of_them_as_pictures_larger_than_a_training_window():
    clips = photographs()
    assert [clip.frames[0].name for clip in clips] == list(NAMES)
    assert all(min(read_frame(clip.frames[0]).shape[:2]) >= 300 for clip in clips)
