"""A clip as a stream of network inputs, with one frame in memory at a time."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from torch import Tensor

from data.clips import Clip
from data.faces import cut_out
from data.frames import Size, read_frame, resize_or_trim, trimmed_size
from data.video import Video, VideoFrames
from data.video.timed import Seconds
from util.image import to_tensor

Tell = Callable[[str], object]  # takes what the user should know of a video, a line each


def frames(clip: Clip, size: Size | None, limit: int | None = None) -> Iterator[Tensor]:
    """The frames of `clip` in display order, each [1, 3, H, W] in [-1, 1]; arguments and errors as `timed_frames`."""
    return (x for x, _, _ in timed_frames(clip, size, limit))


def timed_frames(
    clip: Clip, size: Size | None, limit: int | None = None, tell: Tell | None = None
) -> Iterator[tuple[Tensor, Seconds, Seconds]]:
    """The frames of `clip` in display order, each with its time and its duration; these are None for image files.

    Args:
        clip: of any length, also a single frame.
        size: (width, height) to resize to, bicubic; None keeps the clip's own size, trimmed to multiples of 8.
        limit: stop after this many frames.
        tell: as for `uncropped_frames`.

    Raises:
        UnreadableFrame: a frame is damaged; the message names it.
        ValueError: frames have different sizes while `size` is None.
    """
    first = None
    for number, (whole, time, duration) in enumerate(islice(uncropped_frames(clip, tell), limit)):
        image = cut_out(whole, clip.crop) if clip.crop else whole
        first = first or image.shape
        if size is None and image.shape != first:
            raise ValueError(
                f"frame {number} of clip {clip.name} is {image.shape[1]} x {image.shape[0]} and the first is "
                f"{first[1]} x {first[0]}; give a size to resize them all to"
            )
        x = to_tensor(np.ascontiguousarray(resize_or_trim(image, size))).unsqueeze(0)
        yield x, time, duration


def size_of(clip: Clip, size: Size | None) -> Size:
    """(width, height) of the frames that `frames` yields; with `size` None this reads the clip's first frame."""
    if size is not None:
        return size
    image = next(uncropped_images(clip))
    height, width = (cut_out(image, clip.crop) if clip.crop else image).shape[:2]
    return trimmed_size((width, height))


def frame_count(clip: Clip) -> int:
    """Number of frames; this reads a video file from start to end, and decodes it where `VideoFrames` must."""
    return len(VideoFrames(clip.video)) if clip.video else len(clip.frames)


def fps_of(clip: Clip) -> float | None:
    """Frames per second of a video file, as its header tells; None for image files."""
    return float(Video(clip.video).rate) if clip.video else None


def uncropped_images(clip: Clip) -> Iterator[np.ndarray]:
    """The frames as they are in the files, uint8 [H, W, 3] RGB, without the clip's crop."""
    return (image for image, _, _ in uncropped_frames(clip))


def uncropped_frames(clip: Clip, tell: Tell | None = None) -> Iterator[tuple[np.ndarray, Seconds, Seconds]]:
    """The frames as `uncropped_images` yields them, each with its time and its duration; None for image files.

    Args:
        tell: called with each note on a video as soon as it is known, and with a word about its sound.
    """
    if not clip.video:
        yield from ((read_frame(path), None, None) for path in clip.frames)
        return
    video, told = Video(clip.video), 0
    if tell and video.description.has_sound:
        tell(f"{clip.video}: its sound is not copied; scripts/translate.sh keeps it")
    for frame in video.frames():
        if tell and len(video.notes) > told:
            for note in video.notes[told:]:
                tell(note)
            told = len(video.notes)
        yield frame


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
