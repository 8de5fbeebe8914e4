"""VIPER's classes, the colours of its label maps, and what the val clips show."""

VIPER = {  # class -> RGB; a class's id is its place in this list, as published
    "unlabeled": (0, 0, 0),
    "ambiguous": (111, 74, 0),
    "sky": (70, 130, 180),
    "road": (128, 64, 128),
    "sidewalk": (244, 35, 232),
    "railtrack": (230, 150, 140),
    "terrain": (152, 251, 152),
    "tree": (87, 182, 35),
    "vegetation": (35, 142, 35),
    "building": (70, 70, 70),
    "infrastructure": (153, 153, 153),
    "fence": (190, 153, 153),
    "billboard": (150, 20, 20),
    "traffic light": (250, 170, 30),
    "traffic sign": (220, 220, 0),
    "mobilebarrier": (180, 180, 100),
    "firehydrant": (173, 153, 153),
    "chair": (168, 153, 153),
    "trash": (81, 0, 21),
    "trashcan": (81, 0, 81),
    "person": (220, 20, 60),
    "animal": (255, 0, 0),
    "bicycle": (119, 11, 32),
    "motorcycle": (0, 0, 230),
    "car": (0, 0, 142),
    "van": (0, 80, 100),
    "bus": (0, 60, 100),
    "truck": (0, 0, 70),
    "trailer": (0, 0, 90),
    "train": (0, 80, 100),  # the colour of "van": a label map cannot tell the two apart
    "plane": (0, 100, 100),
    "boat": (50, 0, 90),
}
CLASSES = tuple(VIPER)
ID = {name: i for i, name in enumerate(CLASSES)}
IGNORED = (ID["unlabeled"], ID["ambiguous"])
ID_OF_COLOUR = {colour: i for i, colour in enumerate(VIPER.values())}  # 31: van's colour gets train's id

_CLIPS = {
    "day": range(65, 70),
    "night": range(73, 78),
    "sunset": range(25, 30),
    "snow": range(40, 44),
    "rain": range(63, 65),
}
CONDITIONS = tuple(_CLIPS)
_CONDITION_OF = {f"{number:03d}": condition for condition, clips in _CLIPS.items() for number in clips}


def condition(clip: str) -> str | None:
    """What VIPER's clip of this name ("063") shows, one of CONDITIONS by the published lists; None for any other.

    Meant for VIPER's own clips: a data set that borrows their numbers does not have their weather.
    """
    return _CONDITION_OF.get(clip)
