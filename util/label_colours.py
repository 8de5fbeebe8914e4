"""Between the colours of a label map and class ids."""

from collections import Counter

import numpy as np

from util.viper import CLASSES, ID_OF_COLOUR, VIPER

_IDS = np.array(list(ID_OF_COLOUR.values()), np.uint8)
_COLOURS = np.array(list(ID_OF_COLOUR), np.float32)  # [31, 3]
_REMEMBERED = 4096  # colours kept between label maps, so that a noisy data set does not fill the memory


def nearest_class(pixels: np.ndarray) -> np.ndarray:
    """Class ids, uint8 [H, W], of the VIPER colours nearest to `pixels`, uint8 [H, W, 3], by Euclidean distance in RGB.

    Of colours equally far the first listed wins. Van and train share a colour, which gets train's id, as published.
    """
    _refuse_other_than_pixels(pixels)
    # |p - c|^2 without |p|^2, which is the same for all c; every number is whole and below 2^24, so float32 is exact.
    far = (_COLOURS**2).sum(1) - 2 * pixels.reshape(-1, 3).astype(np.float32) @ _COLOURS.T
    return _IDS[far.argmin(1)].reshape(pixels.shape[:2])


def colours_of(ids: np.ndarray) -> np.ndarray:
    """The label map uint8 [H, W, 3] RGB of class ids [H, W]."""
    return np.array(list(VIPER.values()), np.uint8)[ids]


class UnknownColours:
    """Counts the pixels of label maps whose colour is no VIPER colour: resized or lossy files, or another palette."""

    def __init__(self) -> None:
        self.pixels, self.unknown = 0, 0
        self._colours: Counter[int] = Counter()  # 0xRRGGBB -> pixels

    def update(self, pixels: np.ndarray) -> None:
        """Count one label map, uint8 [H, W, 3] RGB."""
        _refuse_other_than_pixels(pixels)
        codes, counts = np.unique(_codes(pixels), return_counts=True)
        known = np.isin(codes, _codes(_COLOURS))
        self.pixels, self.unknown = self.pixels + int(counts.sum()), self.unknown + int(counts[~known].sum())
        self._colours.update(dict(zip(codes[~known].tolist(), counts[~known].tolist(), strict=True)))
        self._colours = Counter(dict(self._colours.most_common(_REMEMBERED)))

    def worst(self, count: int = 5) -> list[tuple[tuple[int, int, int], int]]:
        """The unknown colours of most pixels, (RGB, pixels), most first."""
        return [((code >> 16, code >> 8 & 255, code & 255), n) for code, n in self._colours.most_common(count)]

    def warning(self) -> str | None:
        """One sentence that names the worst; None if every colour was known."""
        if not self.unknown:
            return None
        named = ", ".join(
            f"{rgb} on {n} pixels (taken for {CLASSES[nearest_class(np.array([[rgb]], np.uint8)).item()]})"
            for rgb, n in self.worst()
        )
        share = self.unknown / self.pixels
        return f"{self.unknown} of {self.pixels} label pixels ({share:.2%}) have no VIPER colour: {named}"


def resize_labels(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`labels` [H, W] or [H, W, 3] at `size` (width, height): each pixel takes what its centre falls on.

    Never a mixture: a colour or an id between two classes is that of a third.
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
