"""Writes a translated video, in the codec that the user names, with the other tracks of its source."""

import contextlib
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from data.frames import Size
from data.jobs.codecs import Y4M, Codec
from data.jobs.tracks import Tracks
from data.video import Frame
from data.video.picture import SD_HEIGHT, SD_WIDTH
from data.video.writer import BT709, LIMITED_RANGE, TIME_BASE

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
STDOUT = Path("-")
BT601 = 5  # a colour matrix, as FFmpeg's scaler numbers it


class MovieWriter:
    """Writes frames of one size to a file or to standard output, each at its own time. A context manager.

        with MovieWriter(path, CODECS["h264"], (width, height), rate) as movie:
            movie.write(frame)

    Args:
        path: the file, its folder exists; or STDOUT.
        codec: y4m knows no times, its frames follow `rate`.
        rate: frames per second, nominal.
        tracks: of the source, to be copied, entered already.

    Raises:
        ValueError: the codec or the container cannot hold frames of this size.
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, codec: Codec, size: Size, rate: Fraction, tracks: Tracks | None = None):
        if max(size) > codec.largest_px or min(size) < codec.smallest_px:
            limits = f"between {codec.smallest_px} and {codec.largest_px} px"
            raise ValueError(
                f"{codec.encoder} encodes sides {limits}, got {size[0]} x {size[1]}; give another --codec or a --size"
            )
        self.path, self._codec, self._size, self._rate, self._tracks = path, codec, size, rate, tracks
        self._time_base = 1 / rate if codec is Y4M else TIME_BASE
        is_sd = size[0] <= SD_WIDTH and size[1] <= SD_HEIGHT
        self._matrix = BT601 if codec is Y4M and is_sd else BT709  # y4m does not tell, and is read like this
        self._count, self._end = -1, Fraction(0)  # number of the last frame, and when it ends, s
        self._durations: dict[int, int] = {}  # of the frames in the encoder, by their times, in the time base

    def __enter__(self) -> "MovieWriter":
        with contextlib.ExitStack() as on_error:
            self._container = on_error.enter_context(self._open())
            self._add_stream()
            if self._tracks is not None:
                self._tracks.add_to(self._container)
            self._start()
            on_error.pop_all()
        return self

    def write(self, frame: Frame) -> None:
        """Append a frame, whose time is later than that of the frame before it.

        Raises:
            ValueError: it has another size.
        """
        if frame.image.shape[1::-1] != self._size:
            raise ValueError(
                f"a frame of this film must be {self._size} px (width, height), got {frame.image.shape[1::-1]}"
            )
        coded = self._coded(frame.image)
        coded.pts, coded.time_base = self._next_pts(frame.time), self._time_base
        self._durations[coded.pts] = round(frame.duration / self._time_base)
        self._end = frame.time + frame.duration
        self._mux(self._stream.encode(coded))
        if self._tracks is not None:
            self._tracks.copy_until(frame.time)

    def _next_pts(self, time: Fraction) -> int:
        self._count += 1
        return self._count if self._codec is Y4M else round(time / self._time_base)

    def __exit__(self, kind, error, trace) -> None:
        with self._container:  # closes the file whatever happens
            if kind is None:
                self._mux(self._stream.encode(None))
                if self._tracks is not None:
                    self._tracks.finish(self._end)

    def _open(self) -> OutputContainer:
        place = "pipe:1" if self.path == STDOUT else f"file:{self.path}"
        suffix = Path(self.path.name.removesuffix(".partial")).suffix.lower()
        form = "yuv4mpegpipe" if self._codec is Y4M else FORMATS[suffix]
        return av.open(place, "w", format=form, options={"movflags": "+faststart"} if form in ("mp4", "mov") else {})

    def _add_stream(self) -> None:
        codec = self._codec
        if codec.encoder == "libsvtav1":
            os.environ.setdefault("SVT_LOG", "1")  # errors only
        try:
            self._stream = self._container.add_stream(codec.encoder, rate=self._rate, options=dict(codec.options))
        except ValueError as error:
            raise ValueError(f"{error}; give another --codec, or -o another suffix") from error
        self._stream.width, self._stream.height = codec.written_size(self._size)
        self._stream.pix_fmt = codec.pix_fmt
        context = self._stream.codec_context
        context.time_base = self._stream.time_base = self._time_base
        if codec.pix_fmt == "yuv420p":
            context.colorspace = context.color_primaries = context.color_trc = BT709
            context.color_range = LIMITED_RANGE
        if codec.encoder == "libx265":
            context.codec_tag = "hvc1"  # the name of the stream by which Apple's players know it

    def _start(self) -> None:
        try:
            self._container.start_encoding()  # opens the file: an error comes now, not with the first frame
        except (FFmpegError, ValueError) as error:
            what = f"{self._codec.encoder}, {self._size[0]} x {self._size[1]} px, {self._container.format.name}"
            raise ValueError(f"cannot encode ({what}): {error}") from error

    def _coded(self, picture: np.ndarray) -> av.VideoFrame:
        height, width = picture.shape[:2]
        if self._codec.even and (height % 2 or width % 2):
            picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        if self._codec.pix_fmt != "yuv420p":
            return rgb.reformat(format=self._codec.pix_fmt)
        return rgb.reformat(format="yuv420p", dst_colorspace=self._matrix, dst_color_range=LIMITED_RANGE)

    def _mux(self, packets: Sequence[Packet]) -> None:
        for packet in packets:
            if packet.pts is not None:
                packet.duration = self._durations.pop(packet.pts, 0)  # encoders do not pass it on
            self._container.mux(packet)
