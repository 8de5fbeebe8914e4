"""A clip as a stream of network inputs, one frame in memory at a time."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from torch import Tensor

from data.clips import Clip
from data.faces.crop import cropped
from data.frames import Size, fit, read_frame, rounded_size
from data.video import VideoFrames, decode, frame_rate
from util.image import to_tensor


def frames(clip: Clip, size: Size | None, limit: int | None = None) -> Iterator[Tensor]:
    """The frames of `clip` in display order, each [1, 3, H, W] in [-1, 1].

    Args:
        clip: of any length, also a single frame.
        size: (width, height) to resize to, bicubic; None keeps the clip's own size, cut to multiples of 8.
        limit: stop after so many frames.

    Raises:
        UnreadableFrame: a damaged frame, named.
        ValueError: frames of different sizes while `size` is None.
    """
    own = None
    for number, image in enumerate(islice(_shown(clip), limit)):
        own = own or image.shape
        if size is None and image.shape != own:
            raise ValueError(
                f"frame {number} of clip {clip.name} is {image.shape[1]} x {image.shape[0]} and the first is "
                f"{own[1]} x {own[0]}; give a size to resize them all to"
            )
        yield to_tensor(np.ascontiguousarray(fit(image, size))).unsqueeze(0)


def size_of(clip: Clip, size: Size | None) -> Size:
    """(width, height) of what `frames` yields; reads the first frame if it has to."""
    if size is not None:
        return size
    height, width = next(_shown(clip)).shape[:2]
    return rounded_size((width, height))


def frame_count(clip: Clip) -> int:
    """How many frames it has; a video is gone through for that, without decoding it."""
    return len(VideoFrames(clip.video)) if clip.video else len(clip.frames)


def fps_of(clip: Clip) -> float | None:
    """Frames per second of a video file, None for image files or where the file does not say."""
    return frame_rate(clip.video) if clip.video else None


def images(clip: Clip) -> Iterator[np.ndarray]:
    """The frames as they are in the files, uint8 [H, W, 3] RGB, whole whatever the clip's crop."""
    return decode(clip.video) if clip.video else map(read_frame, clip.frames)


def _shown(clip: Clip) -> Iterator[np.ndarray]:
    return (cropped(image, clip.crop) for image in images(clip)) if clip.crop else images(clip)
