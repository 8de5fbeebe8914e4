"""Reads, resizes and crops single frames."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from torch import Tensor

from util.image import to_tensor

Size = tuple[int, int]  # (width, height) in pixels
MAX_PIXELS = 89_000_000  # of a frame, more than 12K video has: a small file can claim to hold any number
EXIF_ORIENTATION = 0x0112
MULTIPLE = 8  # every teacher translates frames whose sides are multiples of this


class UnreadableFrame(ValueError):
    """The frame is damaged, truncated or no image at all; the message names it."""


def read_frame(path: Path, at_least: Size | None = None) -> np.ndarray:
    """Read an image as uint8 [H, W, 3] RGB, rotated upright by its EXIF orientation.

    Grey and palette images become RGB, an alpha channel is dropped, and 16 bits become 8.

    Args:
        at_least: (width, height) to which the frame will be shrunk. A JPEG of at least twice that is read at a half, a
            quarter or an eighth of its size, which takes about half of the time.

    Raises:
        UnreadableFrame: the file cannot be read, has too many pixels, or holds no single picture of 8 or 16 bits; the
            message names it.
    """
    try:
        with Image.open(path) as image:
            _check_size(image.size)
            _check_one_picture(image)
            if at_least is not None:
                _read_smaller(image, at_least)
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I"):  # 16-bit grey: convert("RGB") would clip it to white
                grey = np.clip(np.asarray(upright, dtype=np.float32) / 257, 0, 255).round().astype(np.uint8)
                return np.repeat(grey[..., None], 3, axis=2)
            return np.array(upright.convert("RGB"))
    except Exception as error:  # decoders raise nearly any type of exception on damaged bytes
        raise UnreadableFrame(f"cannot read frame {path}: {error}") from error


def _check_size(size: Size) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise ValueError(f"it has {size[0]} x {size[1]} pixels, a frame at most {MAX_PIXELS:,}")


def _check_one_picture(image: Image.Image) -> None:
    pictures = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)  # a camera's previews follow in an MPO
    if pictures > 1:
        raise ValueError(f"it holds {pictures} pictures, a frame is one: save it as a video or as single pictures")
    if image.mode == "F":
        raise ValueError("it holds floating-point numbers, and nothing says which is white: save it with 8 or 16 bits")


def _read_smaller(image: Image.Image, at_least: Size) -> None:
    """Have the JPEG decoder skip the fine details of an image that remains at least so large once it is upright."""
    lies_on_its_side = image.getexif().get(EXIF_ORIENTATION, 1) >= 5
    image.draft(None, (at_least[1], at_least[0]) if lies_on_its_side else at_least)


def resize(image: np.ndarray, size: Size) -> np.ndarray:
    """Resize `image`, uint8 [H, W, 3], to `size`; bicubic, with antialiasing where it shrinks."""
    if image.shape[1::-1] == tuple(size):
        return image
    return np.array(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def trimmed_size(size: Size) -> Size:
    """`size` (width, height) rounded down to multiples of 8. By default a clip is translated at this size.

    Raises:
        ValueError: a side is shorter than 8 pixels.
    """
    width, height = (n // MULTIPLE * MULTIPLE for n in size)
    if not (width and height):
        raise ValueError(f"frames must be at least {MULTIPLE} x {MULTIPLE} pixels, got {size[0]} x {size[1]}")
    return width, height


def resize_or_trim(image: np.ndarray, size: Size | None) -> np.ndarray:
    """Resize `image`, uint8 [H, W, 3], to `size`; with None, trim its edges to `trimmed_size` instead.

    Trimming loses at most 7 pixels per axis and leaves all others unchanged. Resizing by so little would blur them.
    """
    if size is not None:
        return resize(image, size)
    height, width = image.shape[:2]
    w, h = trimmed_size((width, height))
    left, top = (width - w) // 2, (height - h) // 2
    return image[top : top + h, left : left + w]


@dataclass(frozen=True)
class Window:
    """The top left corner of a crop, in pixels of the resized frame, and whether the crop is mirrored."""

    left: int
    top: int
    mirrored: bool


class RandomCrop:
    """Resizes to `load_size`, crops `fine_size` at a random place and may mirror.

    Call `draw` once per pair and `apply` for each of its frames, so that both are cropped alike.

    Args:
        load_size, fine_size: (width, height) in pixels; `fine_size` must fit into `load_size`.
        flip: mirror left and right with probability 1/2.

    Raises:
        ValueError: `fine_size` does not fit.
    """

    def __init__(self, load_size: Size, fine_size: Size, flip: bool = False):
        if min(fine_size) < 1 or fine_size[0] > load_size[0] or fine_size[1] > load_size[1]:
            raise ValueError(f"fine size {fine_size} must fit into load size {load_size} (width, height)")
        self.load_size, self.fine_size, self.flip = load_size, fine_size, flip

    def draw(self, rng: np.random.Generator) -> Window:
        """A random window; every position that fits is equally likely."""
        left, top = (
            int(rng.integers(load - fine, endpoint=True))
            for load, fine in zip(self.load_size, self.fine_size, strict=True)
        )
        return Window(left, top, mirrored=self.flip and bool(rng.integers(2)))

    def apply(self, image: np.ndarray, window: Window) -> Tensor:
        """Resize and crop `image`, uint8 [H, W, 3] -> [3, fine height, fine width] in [-1, 1]."""
        return to_tensor(self.crop(resize(image, self.load_size), window))

    def crop(self, loaded: np.ndarray, window: Window) -> np.ndarray:
        """Crop an image that already has the load size, [H, W, ...] -> [fine height, fine width, ...]."""
        width, height = self.fine_size
        inside = loaded[window.top : window.top + height, window.left : window.left + width]
        return np.ascontiguousarray(inside[:, ::-1] if window.mirrored else inside)
