from data.samples.street.clips import CLIPS_A
from util.viper import CLASSES, CONDITIONS, ID, ID_OF_COLOUR, VIPER, condition


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
