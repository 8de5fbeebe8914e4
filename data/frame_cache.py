"""Keeps resized frames on disk: a training reads each frame many times and needs it in one size."""

import contextlib
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from data.frames import Size, read_frame, resize
from util.files import replacing

Read = Callable[[Path], np.ndarray]  # the path of an image file -> uint8 [H, W, 3]


def frame_reader(size: Size, cache: Path | None = None) -> Read:
    """What reads frames that will be resized to `size`: as `read_frame` does, or through a `FrameCache` in `cache`."""
    return FrameCache(cache, size).read if cache else partial(read_frame, at_least=size)


class FrameCache:
    """Reads image files, resized to one size, and keeps their pixels in a folder.

    A kept frame counts as long as its file has the same path, size in bytes and time of change. Frames that no longer
    count are never read, but stay in the folder. Several processes may share it. If it cannot be written, nothing is
    kept.

    Args:
        folder: it is made when the first frame is kept.
        size: (width, height) in pixels.
    """

    def __init__(self, folder: Path, size: Size):
        self.folder, self._size = folder, size

    def read(self, path: Path) -> np.ndarray:
        """Read an image file as uint8 [height, width, 3] RGB.

        Raises:
            UnreadableFrame: see `read_frame`.
        """
        width, height = self._size
        kept = self._place(path)
        with contextlib.suppress(OSError):
            pixels = np.fromfile(kept, np.uint8)
            if pixels.size == 3 * width * height:
                return pixels.reshape(height, width, 3)
        image = resize(read_frame(path, self._size), self._size)
        with contextlib.suppress(OSError):  # the disk is full or read-only
            kept.parent.mkdir(parents=True, exist_ok=True)
            with replacing(kept) as unfinished:
                image.tofile(unfinished)
        return image

    def _place(self, path: Path) -> Path:
        try:
            status = path.stat()
        except OSError:
            return self.folder / "missing"  # `read_frame` tells
        facts = (str(path.resolve()), status.st_size, status.st_mtime_ns, *self._size)
        name = hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / name[:2] / f"{name[2:34]}.rgb"
