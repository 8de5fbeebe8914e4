"""Reads video files: all frames in display order, or single frames by their number."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError

from data.frames import UnreadableFrame


def decode(path: Path) -> Iterator[np.ndarray]:
    """Yield every frame as uint8 [H, W, 3] RGB, upright, in display order, with one frame in memory at a time.

    Raises:
        FileNotFoundError: `path` does not exist.
        ValueError: `path` is no video, or it has no frame.
        UnreadableFrame: the file is damaged; the message says how many frames came before.
    """
    count = 0
    with _open(path) as (container, stream):
        try:
            for frame in container.decode(stream):
                yield _upright(frame, path, count)
                count += 1
        except FFmpegError as error:
            raise UnreadableFrame(f"cannot read {path} beyond its first {count} frames: {error}") from error
    if not count:
        raise ValueError(f"{path} holds no frame")


def frame_rate(path: Path) -> float | None:
    """Mean frames per second, or None if the file does not tell.

    A file of variable rate tells a nominal rate that its frames do not follow. Where the nominal rate differs from the
    mean rate of the frames' times by more than 1%, the mean rate is returned: it keeps the length of the video.

    Raises:
        FileNotFoundError, ValueError: as `decode`.
    """
    with _open(path) as (_, stream):
        nominal, time_base = stream.average_rate or stream.guessed_rate, stream.time_base
    times = _known(_presentation_times(path))
    if times is None or time_base is None or len(times) < 2 or max(times) == min(times):
        return float(nominal) if nominal else None
    measured = (len(times) - 1) / ((max(times) - min(times)) * time_base)
    return float(nominal) if nominal and abs(nominal / measured - 1) < 0.01 else float(measured)


class VideoFrames:
    """Random access to the frames of a video file by seeking. Holds presentation times, no open file and no picture.

    The constructor counts the packets in the file, because the count in the header may be wrong.

    Raises:
        FileNotFoundError, ValueError: as `decode`.
    """

    def __init__(self, path: Path):
        self.path = path
        times = _presentation_times(path)
        if not times:
            raise ValueError(f"{path} holds no frame")
        self._count, known = len(times), _known(times)
        # Packets are stored in coding order, and frames are numbered in display order.
        self._times = sorted(known) if known and len(set(known)) == len(known) else None  # None: cannot be sought

    def __len__(self) -> int:
        return self._count

    def name(self, number: int) -> str:
        """The path and the frame's number, for messages."""
        return f"{self.path} frame {number}"

    def read(self, number: int) -> np.ndarray:
        """Read frame `number`, counted from 0, as uint8 [H, W, 3] RGB.

        Raises:
            UnreadableFrame: the frame is damaged, or the file has fewer frames than packets.
        """
        image = self._seek(number)
        if image is None:  # a file without a usable index is read from the start
            image = next(islice(decode(self.path), number, None), None)
        if image is None:
            raise UnreadableFrame(f"cannot read {self.name(number)}: the video ends before it")
        return image

    def _seek(self, number: int) -> np.ndarray | None:
        """Frame `number`, or None if the file's index does not lead to it."""
        if self._times is None:
            return None
        time = self._times[number]
        with _open(self.path) as (container, stream):
            try:
                container.seek(time, stream=stream)
                frame = next((f for f in container.decode(stream) if f.pts is None or f.pts >= time), None)
            except FFmpegError:
                return None
            if frame is None or frame.pts != time or frame.is_corrupt:
                return None
            return _upright(frame, self.path, number)


@contextmanager
def _open(path: Path):
    """Open a file for the duration of the block; gives (container, video stream)."""
    if not path.is_file():
        raise FileNotFoundError(f"no video file {path}")
    try:
        container = av.open(str(path))
    except FFmpegError as error:
        raise ValueError(f"{path} is not a video that can be read: {error}") from error
    with container:
        if not container.streams.video:
            raise ValueError(f"{path} holds no video stream")
        yield container, container.streams.video[0]


def _presentation_times(path: Path) -> list[int | None]:
    """Presentation time of each packet, in the order of the file; None where the file does not tell."""
    with _open(path) as (container, stream):
        has_times = container.format.name != "avi"  # AVI has none, and FFmpeg guesses them wrong for B-frames
        try:
            return [p.pts if has_times else None for p in container.demux(stream) if p.size and not p.is_discard]
        except FFmpegError as error:
            raise UnreadableFrame(f"{path} is damaged: {error}") from error


def _known(times: list[int | None]) -> list[int] | None:
    """`times` if all of them are known, otherwise None."""
    known = [time for time in times if time is not None]
    return known if len(known) == len(times) else None


def _upright(frame: av.VideoFrame, path: Path, number: int) -> np.ndarray:
    """The pixels of a decoded frame, rotated as the file's display matrix says."""
    if frame.is_corrupt:
        raise UnreadableFrame(f"cannot read frame {number} of {path}: damaged data")
    image = frame.to_ndarray(format="rgb24")
    quarter_turns = round(frame.rotation / 90)  # counterclockwise
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image
