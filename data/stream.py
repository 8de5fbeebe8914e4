"""A clip as a stream of network inputs, with one frame in memory at a time."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from torch import Tensor

from data.clips import Clip
from data.faces import cut_out
from data.frames import Size, read_frame, resize_or_trim, trimmed_size
from data.video import VideoFrames, decode, frame_rate
from util.image import to_tensor


def frames(clip: Clip, size: Size | None, limit: int | None = None) -> Iterator[Tensor]:
    """The frames of `clip` in display order, each [1, 3, H, W] in [-1, 1].

    Args:
        clip: of any length, also a single frame.
        size: (width, height) to resize to, bicubic; None keeps the clip's own size, trimmed to multiples of 8.
        limit: stop after this many frames.

    Raises:
        UnreadableFrame: a frame is damaged; the message names it.
        ValueError: frames have different sizes while `size` is None.
    """
    first = None
    for number, image in enumerate(islice(_cropped_images(clip), limit)):
        first = first or image.shape
        if size is None and image.shape != first:
            raise ValueError(
                f"frame {number} of clip {clip.name} is {image.shape[1]} x {image.shape[0]} and the first is "
                f"{first[1]} x {first[0]}; give a size to resize them all to"
            )
        yield to_tensor(np.ascontiguousarray(resize_or_trim(image, size))).unsqueeze(0)


def size_of(clip: Clip, size: Size | None) -> Size:
    """(width, height) of the frames that `frames` yields; with `size` None this reads the clip's first frame."""
    if size is not None:
        return size
    height, width = next(_cropped_images(clip)).shape[:2]
    return trimmed_size((width, height))


def frame_count(clip: Clip) -> int:
    """Number of frames; this reads a video file from start to end, without decoding it."""
    return len(VideoFrames(clip.video)) if clip.video else len(clip.frames)


def fps_of(clip: Clip) -> float | None:
    """Frames per second of a video file; None for image files, and for a video that does not tell its rate."""
    return frame_rate(clip.video) if clip.video else None


def uncropped_images(clip: Clip) -> Iterator[np.ndarray]:
    """The frames as they are in the files, uint8 [H, W, 3] RGB, without the clip's crop."""
    return decode(clip.video) if clip.video else map(read_frame, clip.frames)


def _cropped_images(clip: Clip) -> Iterator[np.ndarray]:
    images, crop = uncropped_images(clip), clip.crop
    return (cut_out(image, crop) for image in images) if crop else images


class RealVideos:
    """Real videos of a domain, for metrics that compare outputs with real data.

    Iterating yields one stream of frames [1, 3, H, W] in [-1, 1] per clip. The files are read anew on each iteration,
    with one frame in memory at a time.

    Args:
        size: (width, height) of the outputs they are compared with. At another size the frames would differ in
            sharpness, which the metrics would count as a difference.

    Raises:
        ValueError: `clips` is empty.
    """

    def __init__(self, clips: Sequence[Clip], size: Size):
        if not clips:
            raise ValueError("there must be at least one real video, got none")
        self.clips, self.size = tuple(clips), size

    def __iter__(self) -> Iterator[Iterator[Tensor]]:
        return (frames(clip, self.size) for clip in self.clips)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with the size, and with the path, length or date of any file.

        Raises:
            FileNotFoundError: a file no longer exists.
        """
        digest = hashlib.sha256(json.dumps(list(self.size)).encode())
        for clip in self.clips:
            files = [clip.video] if clip.video else clip.frames
            digest.update(json.dumps([clip.name, *map(_file_state, files)]).encode())
        return digest.hexdigest()[:16]


def _file_state(path: Path) -> list:
    state = path.stat()
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]
