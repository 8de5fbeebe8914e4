"""VIPER's label maps: classes, their colours and ids; and which conditions its val clips show."""

from collections import Counter

import numpy as np

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
_IDS = np.array(list(ID_OF_COLOUR.values()), np.uint8)
_COLOURS = np.array(list(ID_OF_COLOUR), np.float32)  # [31, 3]
_REMEMBERED = 4096  # colours kept between label maps, so that a noisy data set does not fill the memory

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
    """The condition of the VIPER clip with this name ("063"), one of CONDITIONS; None for a clip in no published list.

    Use it for VIPER's own clips only: another data set may use the same numbers for other weather.
    """
    return _CONDITION_OF.get(clip)


def nearest_class(pixels: np.ndarray) -> np.ndarray:
    """Class ids, uint8 [H, W], of the VIPER colours nearest to `pixels`, uint8 [H, W, 3], by Euclidean distance in RGB.

    Among equally near colours the first in VIPER wins. Van and train share a colour; it gets train's id, as published.
    """
    _refuse_other_than_pixels(pixels)
    # |p - c|^2 without |p|^2, which is the same for all c; every number is whole and below 2^24, so float32 is exact.
    far = (_COLOURS**2).sum(1) - 2 * pixels.reshape(-1, 3).astype(np.float32) @ _COLOURS.T
    return _IDS[far.argmin(1)].reshape(pixels.shape[:2])


def colours_of(ids: np.ndarray) -> np.ndarray:
    """The label map uint8 [H, W, 3] RGB of class ids [H, W]."""
    return np.array(list(VIPER.values()), np.uint8)[ids]


class UnknownColours:
    """Counts the pixels of label maps whose colour no VIPER class has: files were resized or lossy, or not VIPER's."""

    def __init__(self) -> None:
        self.pixels, self.unknown = 0, 0
        self._colours: Counter[int] = Counter()  # 0xRRGGBB -> pixels

    def update(self, pixels: np.ndarray) -> None:
        """Count the pixels of one label map, uint8 [H, W, 3] RGB."""
        _refuse_other_than_pixels(pixels)
        codes, counts = np.unique(_codes(pixels), return_counts=True)
        known = np.isin(codes, _codes(_COLOURS))
        self.pixels, self.unknown = self.pixels + int(counts.sum()), self.unknown + int(counts[~known].sum())
        self._colours.update(dict(zip(codes[~known].tolist(), counts[~known].tolist(), strict=True)))
        self._colours = Counter(dict(self._colours.most_common(_REMEMBERED)))

    def merge(self, other: "UnknownColours") -> None:
        """Add what `other` has counted."""
        self.pixels, self.unknown = self.pixels + other.pixels, self.unknown + other.unknown
        self._colours.update(other._colours)

    def worst(self, count: int = 5) -> list[tuple[tuple[int, int, int], int]]:
        """The `count` unknown colours that most pixels have, as (RGB, number of pixels), the most frequent first."""
        return [((code >> 16, code >> 8 & 255, code & 255), n) for code, n in self._colours.most_common(count)]

    def warning(self) -> str | None:
        """One sentence that names the most frequent unknown colours; None if every colour was known."""
        if not self.unknown:
            return None
        named = ", ".join(
            f"{rgb} on {n} pixels (taken for {CLASSES[nearest_class(np.array([[rgb]], np.uint8)).item()]})"
            for rgb, n in self.worst()
        )
        share = self.unknown / self.pixels
        return f"{self.unknown} of {self.pixels} label pixels ({share:.2%}) have no VIPER colour: {named}"


def resize_labels(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`labels` [H, W] or [H, W, 3] at `size` (width, height), by nearest neighbour at pixel centres.

    Values are never mixed: a colour or an id between two classes would be that of a third class.
    """
    rows, columns = (
        (2 * np.arange(new) + 1) * old // (2 * new) for new, old in zip(size[::-1], labels.shape, strict=False)
    )
    return labels[rows[:, None], columns]


def _codes(colours: np.ndarray) -> np.ndarray:
    """0xRRGGBB of RGB levels [..., 3]."""
    red, green, blue = np.moveaxis(colours.astype(np.int32), -1, 0)
    return red << 16 | green << 8 | blue


def _refuse_other_than_pixels(pixels: np.ndarray) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ValueError(f"a label map is uint8 [H, W, 3] RGB, got {pixels.dtype} {list(pixels.shape)}")
