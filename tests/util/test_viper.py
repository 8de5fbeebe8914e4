import numpy as np
import pytest

from data.samples.street.clips import CLIPS_A
from util.viper import (
    CLASSES,
    CONDITIONS,
    ID,
    ID_OF_COLOUR,
    VIPER,
    UnknownColours,
    colours_of,
    condition,
    nearest_class,
    resize_labels,
)


def test_there_are_32_classes_and_31_colours():
    assert len(CLASSES) == 32 and len(ID_OF_COLOUR) == 31
    assert [CLASSES[i] for i in (0, 3, 24, 31)] == ["unlabeled", "road", "car", "boat"]


def test_van_and_train_share_a_colour_which_is_trains():
    assert VIPER["van"] == VIPER["train"] and ID_OF_COLOUR[VIPER["van"]] == ID["train"] == 29


def test_the_conditions_are_those_of_the_21_val_clips():
    clips = {name: [c for n in range(1, 78) if condition(c := f"{n:03d}") == name] for name in CONDITIONS}
    assert {name: (found[0], found[-1], len(found)) for name, found in clips.items()} == {
        "day": ("065", "069", 5),
        "night": ("073", "077", 5),
        "sunset": ("025", "029", 5),
        "snow": ("040", "043", 4),
        "rain": ("063", "064", 2),
    }


def test_other_clips_have_no_condition():
    assert {condition(clip) for clip in [*CLIPS_A["train"], "65", "my_drive", ""]} == {None}


def image(*colours):
    return np.array([colours], np.uint8)


def test_every_colour_is_its_own_class_but_van_which_is_train():
    expected = list(range(32))
    expected[ID["van"]] = ID["train"]
    assert nearest_class(image(*VIPER.values())).tolist() == [expected]


def test_a_label_map_shows_its_classes():
    ids = np.random.default_rng(0).integers(0, 32, (6, 7))
    assert [tuple(c) for c in colours_of(ids).reshape(-1, 3)] == [list(VIPER.values())[i] for i in ids.flat]
    ids[ids == ID["van"]] = ID["train"]
    np.testing.assert_array_equal(nearest_class(colours_of(ids)), ids)


def test_other_colours_belong_to_the_nearest_by_brute_force():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    colours = np.array(list(VIPER.values()), np.int64)
    distance = ((pixels[:, :, None].astype(np.int64) - colours) ** 2).sum(3)
    found = nearest_class(pixels)
    assert found.shape == (40, 50) and found.dtype == np.uint8
    np.testing.assert_array_equal(
        np.take_along_axis(distance, found[..., None].astype(int), 2)[..., 0], distance.min(2)
    )


def test_of_two_colours_equally_far_the_first_listed_wins():
    assert (VIPER["trash"], VIPER["trashcan"]) == ((81, 0, 21), (81, 0, 81))
    assert nearest_class(image((81, 0, 51))).item() == ID["trash"]


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((3, 4, 4), np.uint8)])
def test_what_is_no_picture_is_refused(bad):
    with pytest.raises(ValueError, match=r"uint8 \[H, W, 3\] RGB, got"):
        nearest_class(bad)
    with pytest.raises(ValueError, match=r"uint8 \[H, W, 3\] RGB, got"):
        UnknownColours().update(bad)


def test_unknown_colours_are_counted_and_the_worst_named():
    counter = UnknownColours()
    counter.update(image(VIPER["road"], (129, 64, 128), (129, 64, 128)))
    counter.update(image((129, 64, 128), (0, 255, 255), VIPER["car"]))
    assert (counter.pixels, counter.unknown) == (6, 4)
    assert counter.worst() == [((129, 64, 128), 3), ((0, 255, 255), 1)]
    assert counter.worst(1) == [((129, 64, 128), 3)]
    assert "4 of 6 label pixels (66.67%)" in counter.warning()
    assert "(129, 64, 128) on 3 pixels (taken for road)" in counter.warning()


def test_palette_colours_alone_need_no_warning():
    counter = UnknownColours()
    assert counter.warning() is None
    counter.update(image(*VIPER.values()))
    assert counter.warning() is None and counter.worst() == []


def test_noise_does_not_fill_the_memory_and_what_is_frequent_is_kept():
    counter, rng = UnknownColours(), np.random.default_rng(0)
    for _ in range(5):
        noise = rng.integers(0, 256, (100, 100, 3), dtype=np.uint8)
        noise[:3] = (1, 2, 3)
        counter.update(noise)
    assert counter.pixels == counter.unknown == 50000  # none of these draws hits the palette
    assert counter.worst(1) == [((1, 2, 3), 1500)]
    assert len(counter.worst(50000)) == 4096


def test_resized_labels_take_what_the_centre_of_a_pixel_falls_on():
    np.testing.assert_array_equal(resize_labels(np.array([[1, 2, 3, 4, 5, 6]]), (2, 1)), [[2, 5]])
    np.testing.assert_array_equal(resize_labels(np.array([[1, 2]]), (4, 2)), [[1, 1, 2, 2], [1, 1, 2, 2]])
    np.testing.assert_array_equal(resize_labels(np.array([[1], [2], [3]]), (1, 2)), [[1], [3]])


def test_resizing_to_the_same_size_changes_nothing_and_colours_stay_together():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    np.testing.assert_array_equal(resize_labels(pixels, (9, 7)), pixels)
    np.testing.assert_array_equal(resize_labels(pixels, (18, 14))[1::2, ::2], pixels)
