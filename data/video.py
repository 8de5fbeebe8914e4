"""Video files in: frames in display order, or any one of them by its number."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np

from data.frames import UnreadableFrame


def decode(path: Path) -> Iterator[np.ndarray]:
    """Every frame as uint8 [H, W, 3] RGB, upright, in display order; one frame is held at a time.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not a video, or one without a frame.
        UnreadableFrame: damaged; the message says how many frames came before.
    """
    import av

    count = 0
    with _opened(path) as (container, stream):
        try:
            for frame in container.decode(stream):
                yield _upright(frame, path, count)
                count += 1
        except av.FFmpegError as error:
            raise UnreadableFrame(f"cannot read {path} beyond its first {count} frames: {error}") from error
    if not count:
        raise ValueError(f"{path} holds no frame")


def frame_rate(path: Path) -> float | None:
    """Mean frames per second, or None if the file does not say.

    Files of variable rate have a nominal rate that no frame keeps, so a rate that the times of the frames contradict
    gives way to the mean rate of those: played at that, all frames take as long as the original.

    Raises:
        FileNotFoundError, ValueError: as `decode`.
    """
    with _opened(path) as (_, stream):
        told, tick = stream.average_rate or stream.guessed_rate, stream.time_base
    times = _presentation_times(path)
    if len(times) < 2 or None in times or max(times) == min(times):
        return float(told) if told else None
    measured = (len(times) - 1) / ((max(times) - min(times)) * tick)
    return float(told) if told and abs(told / measured - 1) < 0.01 else float(measured)


class VideoFrames:
    """Any frame of a video by its number, found by seeking. Holds times only, no open file and no picture.

    The frames are counted once, here, from the packets in the file: the count in its header may be wrong.

    Raises:
        FileNotFoundError, ValueError: as `decode`.
    """

    def __init__(self, path: Path):
        self.path = path
        self._times = _presentation_times(path)
        known = None not in self._times
        self._seekable = known and len(set(self._times)) == len(self._times)
        if known:
            self._times.sort()  # packets come in coding order, frames are numbered in display order
        if not self._times:
            raise ValueError(f"{path} holds no frame")

    def __len__(self) -> int:
        return len(self._times)

    def name(self, number: int) -> str:
        return f"{self.path} frame {number}"

    def read(self, number: int) -> np.ndarray:
        """uint8 [H, W, 3] RGB of frame `number`, counted from 0.

        Raises:
            UnreadableFrame: damaged, or the file has fewer frames than packets.
        """
        image = self._seek(number) if self._seekable else None
        if image is None:  # files without a usable index are read from the start
            image = next(islice(decode(self.path), number, None), None)
        if image is None:
            raise UnreadableFrame(f"cannot read {self.name(number)}: the video ends before it")
        return image

    def _seek(self, number: int) -> np.ndarray | None:
        import av

        time = self._times[number]
        with _opened(self.path) as (container, stream):
            try:
                container.seek(time, stream=stream)
                frame = next((f for f in container.decode(stream) if f.pts is None or f.pts >= time), None)
            except av.FFmpegError:
                return None
            if frame is None or frame.pts != time or frame.is_corrupt:
                return None
            return _upright(frame, self.path, number)


@contextmanager
def _opened(path: Path):
    """(container, video stream) of an open file."""
    import av

    if not path.is_file():
        raise FileNotFoundError(f"no video file {path}")
    try:
        container = av.open(str(path))
    except av.FFmpegError as error:
        raise ValueError(f"{path} is not a video that can be read: {error}") from error
    with container:
        if not container.streams.video:
            raise ValueError(f"{path} holds no video stream")
        yield container, container.streams.video[0]


def _presentation_times(path: Path) -> list[int | None]:
    """When each frame is shown, in the order the frames are stored; None where the file does not say."""
    import av

    with _opened(path) as (container, stream):
        told = container.format.name != "avi"  # AVI has no such times, and what FFmpeg guesses is wrong with B-frames
        try:
            return [p.pts if told else None for p in container.demux(stream) if p.size and not p.is_discard]
        except av.FFmpegError as error:
            raise UnreadableFrame(f"{path} is damaged: {error}") from error


def _upright(frame, path: Path, number: int) -> np.ndarray:
    if frame.is_corrupt:
        raise UnreadableFrame(f"cannot read frame {number} of {path}: damaged data")
    image = frame.to_ndarray(format="rgb24")
    quarter_turns = round(frame.rotation / 90)  # counterclockwise, from the display matrix of the file
    return np.ascontiguousarray(np.rot90(image, quarter_turns)) if quarter_turns else image
