"""Reads single frames of a video file by their number."""

from itertools import islice
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError

from data.frames import UnreadableFrame
from data.video.decoder import Decoder
from data.video.film import Video
from data.video.screen import shown
from data.video.source import film_stream

# Each packet of these codecs holds one shown frame. Others have hidden frames, empty packets, or two packets a frame.
ONE_FRAME_A_PACKET = {"h264", "hevc", "av1", "vp9", "mjpeg", "ffv1", "prores", "dnxhd", "png", "rawvideo"}


class VideoFrames:
    """Random access to the shown frames of a video file by seeking. Holds their times, no open file and no picture.

    Frame n is the n-th that `Video` shows, with the same pixels. The constructor counts packets where each holds one
    shown frame, and decodes the file otherwise: the count in the header may be wrong.

    Attributes:
        video: the film, described.

    Raises:
        FileNotFoundError, ValueError, UnreadableFrame: as `Video`.
    """

    def __init__(self, path: Path):
        self.path, self.video = path, Video(path)
        times = _shown_times(self.video)
        self._count, known = len(times), [time for time in times if time is not None]
        can_be_sought = len(known) == len(times) == len(set(known)) and self.video.description.has_times
        self._times = sorted(known) if can_be_sought else None
        self._interlaced = self.video.description.look.interlaced

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
            image = next((frame.image for frame in islice(self.video.frames(), number, None)), None)
        if image is None:
            raise UnreadableFrame(f"cannot read {self.name(number)}: the video ends before it")
        return image

    def _seek(self, number: int) -> np.ndarray | None:
        """Frame `number`, or None if the file's index does not lead to it."""
        if self._times is None:
            return None
        time = self._times[number]
        first = self._times[number - 1] if self._interlaced and number else time  # deinterlacing needs the one before
        with self.video.source.open() as container:
            stream = film_stream(container)
            try:
                container.seek(first, stream=stream)
                decoded = (
                    (frame, frame) for frame in container.decode(stream) if frame.pts is None or frame.pts >= first
                )
                pictures = shown(decoded, self.video.description.look)
                image, frame = next(
                    (pair for pair in pictures if pair[1].pts is None or pair[1].pts >= time), (None, None)
                )
            except FFmpegError:
                return None
        if frame is None or frame.pts != time or frame.is_corrupt:
            return None
        if frame.interlaced_frame and not self._interlaced:  # the first frame of the film was not
            self._interlaced = True
            return self._seek(number)
        return image


def frame_rate(path: Path) -> float:
    """Mean frames per second: by the frames' times where they are known, otherwise as the header tells.

    Where the header's rate differs from that of the times by at most 1%, it is returned: times may be rounded.

    Raises:
        FileNotFoundError, ValueError, UnreadableFrame: as `VideoFrames`.
    """
    frames = VideoFrames(path)
    nominal, times = frames.video.rate, frames._times
    if times is None or len(times) < 2:
        return float(nominal)
    measured = (len(times) - 1) / ((times[-1] - times[0]) * frames.video.description.time_base)
    return float(nominal if abs(nominal / measured - 1) < 0.01 else measured)


def _shown_times(video: Video) -> list[int | None]:
    """The time of each shown frame, in any order, in the stream's unit; None where it is not known."""
    with video.source.open() as container:
        decoder = Decoder(container, video.source.name)
        if decoder.stream.codec.canonical_name not in ONE_FRAME_A_PACKET or video.description.look.interlaced:
            try:
                return [frame.pts for frame in decoder]
            except UnreadableFrame:
                pass
    with video.source.open() as container:
        return _packet_times(container, video)


def _packet_times(container: InputContainer, video: Video) -> list[int | None]:
    about = video.description
    try:
        packets = ((p.pts, p.time_base) for p in container.demux(film_stream(container)) if p.size and not p.is_discard)
        if not about.has_times:
            return [None for _ in packets]
        # What is shown before the first whole frame, if a key frame is missing, cannot be decoded.
        return [time for time, unit in packets if time is None or time * unit >= about.start]
    except FFmpegError as error:
        raise UnreadableFrame(f"{video.source.name} is damaged: {error.strerror}") from error
