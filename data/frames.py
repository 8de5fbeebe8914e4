"""One frame: read it, bring it to size, cut it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from torch import Tensor

from util.image import to_tensor

Size = tuple[int, int]  # (width, height) in pixels
MULTIPLE = 8  # what every teacher can translate is a multiple of this


class UnreadableFrame(ValueError):
    """A frame that is damaged, truncated or no image at all; the message names it."""


def read_frame(path: Path) -> np.ndarray:
    """uint8 [H, W, 3] RGB, turned as its EXIF orientation says.

    Grey and palette images become RGB, transparency is dropped, 16 bits become 8.

    Raises:
        UnreadableFrame: naming `path`.
    """
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I"):  # 16-bit grey, which convert("RGB") would clip to white
                grey = np.clip(np.asarray(upright, dtype=np.float32) / 257, 0, 255).round().astype(np.uint8)
                return np.repeat(grey[..., None], 3, axis=2)
            return np.array(upright.convert("RGB"))
    except Exception as error:  # the decoders raise nearly every kind on damaged bytes
        raise UnreadableFrame(f"cannot read frame {path}: {error}") from error


def resize(image: np.ndarray, size: Size) -> np.ndarray:
    """image uint8 [H, W, 3] -> uint8 of `size`, bicubic (antialiased when it shrinks)."""
    if image.shape[1::-1] == tuple(size):
        return image
    return np.array(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


def rounded_size(own: Size) -> Size:
    """`own` (width, height) rounded down to multiples of 8, which is what a clip is translated at by default.

    Raises:
        ValueError: nothing is left.
    """
    width, height = (n // MULTIPLE * MULTIPLE for n in own)
    if not (width and height):
        raise ValueError(f"frames must be at least {MULTIPLE} x {MULTIPLE} pixels, got {own[0]} x {own[1]}")
    return width, height


def fit(image: np.ndarray, size: Size | None) -> np.ndarray:
    """image uint8 [H, W, 3] resized to `size`; with None it is cut to its `rounded_size` around the middle instead.

    Cutting costs at most 7 pixels per axis and keeps the others as they are, which resizing by so little would not.
    """
    if size is not None:
        return resize(image, size)
    height, width = image.shape[:2]
    w, h = rounded_size((width, height))
    left, top = (width - w) // 2, (height - h) // 2
    return image[top : top + h, left : left + w]


@dataclass(frozen=True)
class Window:
    """Where a frame is cut, in pixels of the resized frame, and whether it is mirrored afterwards."""

    left: int
    top: int
    mirrored: bool


class RandomCrop:
    """Resize to `load_size`, cut `fine_size` somewhere, perhaps mirror. Draw once, apply to each frame of a pair.

    Args:
        load_size, fine_size: (width, height) in pixels; fine must fit into load.
        flip: mirror left and right half of the time.
    """

    def __init__(self, load_size: Size, fine_size: Size, flip: bool = False):
        if min(fine_size) < 1 or fine_size[0] > load_size[0] or fine_size[1] > load_size[1]:
            raise ValueError(f"fine size {fine_size} must fit into load size {load_size} (width, height)")
        self.load_size, self.fine_size, self.flip = load_size, fine_size, flip

    def draw(self, rng: np.random.Generator) -> Window:
        """A window, every position that fits being equally likely."""
        left, top = (
            int(rng.integers(load - fine, endpoint=True))
            for load, fine in zip(self.load_size, self.fine_size, strict=True)
        )
        return Window(left, top, mirrored=self.flip and bool(rng.integers(2)))

    def apply(self, image: np.ndarray, window: Window) -> Tensor:
        """image uint8 [H, W, 3] -> [3, fine height, fine width] in [-1, 1]."""
        return to_tensor(self.cut(resize(image, self.load_size), window))

    def cut(self, loaded: np.ndarray, window: Window) -> np.ndarray:
        """What `window` shows of an image that has the load size: [H, W, ...] -> [fine height, fine width, ...]."""
        width, height = self.fine_size
        inside = loaded[window.top : window.top + height, window.left : window.left + width]
        return np.ascontiguousarray(inside[:, ::-1] if window.mirrored else inside)
