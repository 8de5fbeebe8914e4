"""Writes a translated video, in the codec that the user names, with the other tracks of its source."""

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from av.packet import Packet

from data.frames import Size
from data.jobs.tracks import Tracks
from data.video import Frame

FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
STDOUT = Path("-")
BT709, LIMITED_RANGE = 1, 1
FINEST = 10_000_000  # ticks of a second
USUAL = 90_000  # ticks that whole milliseconds and most frame rates fit


@dataclass(frozen=True)
class Codec:
    """How frames are encoded.

    suffix: of the file, where the user names none.
    even: odd sides are padded by repeating the last row or column.
    largest_px, smallest_px: of a side.
    """

    encoder: str
    suffix: str
    pix_fmt: str
    options: Mapping[str, str] = field(default_factory=dict)
    even: bool = False
    largest_px: int = 65535
    smallest_px: int = 1

    def written_size(self, size: Size) -> Size:
        """(width, height) of the encoded frames."""
        return (size[0] + size[0] % 2, size[1] + size[1] % 2) if self.even else size


CODECS = {
    # Visually lossless and quick. Without B-frames packets come in display order, and the last one tells when the film
    # ends. Frames in lookahead stay in memory, and they may be large.
    "h264": Codec(
        "libx264",
        ".mp4",
        "yuv420p",
        {"crf": "18", "preset": "veryfast", "g": "60", "rc-lookahead": "8", "bf": "0"},
        even=True,
        largest_px=16384,
    ),
    "hevc": Codec(
        "libx265",
        ".mp4",
        "yuv420p",
        {"crf": "20", "preset": "veryfast", "x265-params": "log-level=error:bframes=0"},
        even=True,
        largest_px=16384,
        smallest_px=64,  # x265 writes beyond its memory below
    ),
    "vp9": Codec(
        "libvpx-vp9",
        ".mp4",
        "yuv420p",
        {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"},
    ),
    "av1": Codec("libsvtav1", ".mp4", "yuv420p", {"crf": "26", "preset": "10"}, largest_px=16384),
    "ffv1": Codec("ffv1", ".mkv", "bgr0", {"level": "3", "slicecrc": "1"}),  # lossless
}
Y4M = Codec("wrapped_avframe", "", "yuv420p")  # frames as they are, for another program to read


def tick_of(rate: Fraction) -> Fraction:
    """A unit of time, in seconds, of which a frame at `rate` and a millisecond are whole multiples, if one is fine."""
    finest = lcm(USUAL, rate.numerator)
    return Fraction(1, finest if finest <= FINEST else USUAL)


class MovieWriter:
    """Writes frames of one size and any times to a file or to standard output. A context manager.

        with MovieWriter(path, CODECS["h264"], (width, height), rate) as movie:
            movie.write(frame)

    Args:
        path: the file, its folder exists; STDOUT for a stream of y4m.
        rate: frames per second, nominal.
        tracks: of the source, to be copied, entered already.

    Raises:
        ValueError: the codec or the container cannot hold frames of this size; on leaving, no frame came.
        OSError: the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        codec: Codec,
        size: Size,
        rate: Fraction,
        tracks: Tracks | None = None,
    ):
        if max(size) > codec.largest_px or min(size) < codec.smallest_px:
            limits = f"between {codec.smallest_px} and {codec.largest_px} px"
            raise ValueError(
                f"{codec.encoder} encodes sides {limits}, got {size[0]} x {size[1]}; give another --codec or a --size"
            )
        self.path, self._codec, self._size, self._rate, self._tracks = path, codec, size, rate, tracks
        self._tick = 1 / rate if codec is Y4M else tick_of(rate)
        self._last, self._end = -1, 0  # of the last frame: when it is shown, and until when, ticks
        self._held: Packet | None = None  # the last packet tells how long the film is

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
        """Append a frame, whose time is later than that of the frame before it."""
        coded = self._coded(frame.image)
        self._last = max(round(frame.time / self._tick), self._last + 1)
        self._end = max(round((frame.time + frame.duration) / self._tick), self._last + 1)
        coded.pts, coded.time_base = self._last, self._tick
        self._mux(self._stream.encode(coded))
        if self._tracks is not None:
            self._tracks.copy_until(frame.time)

    def __exit__(self, kind, error, trace) -> None:
        with self._container:  # closes the file whatever happens
            if kind is None:
                self._finish()

    def _finish(self) -> None:
        self._mux(self._stream.encode(None))
        if self._held is None:
            raise ValueError("it has no frame")
        if self._held.pts is not None:
            self._held.duration = self._end - self._held.pts
        self._container.mux(self._held)
        if self._tracks is not None:
            self._tracks.finish(self._end * self._tick)

    def _open(self) -> av.container.OutputContainer:
        if self.path == STDOUT:
            return av.open("pipe:1", "w", format="yuv4mpegpipe")
        form = FORMATS[Path(self.path.name.removesuffix(".partial")).suffix.lower()]
        options = {"movflags": "+faststart"} if form in ("mp4", "mov") else {}
        return av.open(f"file:{self.path}", "w", format=form, options=options)

    def _add_stream(self) -> None:
        codec = self._codec
        if codec.encoder == "libsvtav1":
            os.environ.setdefault("SVT_LOG", "1")  # errors only
        self._stream = self._container.add_stream(codec.encoder, rate=self._rate, options=dict(codec.options))
        self._stream.width, self._stream.height = codec.written_size(self._size)
        self._stream.pix_fmt = codec.pix_fmt
        context = self._stream.codec_context
        context.time_base = self._stream.time_base = self._tick
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
        return rgb.reformat(format="yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED_RANGE)

    def _mux(self, packets: Sequence[Packet]) -> None:
        for packet in packets:
            if self._held is not None:
                self._container.mux(self._held)
            self._held = packet
