"""Writes videos: H.264 that plays in a browser, each frame at its own time."""

import contextlib
import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from util.files import new_partial

CODEC_OPTIONS = {"crf": "18", "preset": "veryfast", "g": "30"}  # visually lossless; frequent key frames for seeking
CODEC_OPTIONS |= {"rc-lookahead": "2", "bf": "0"}  # frames in lookahead stay in memory, and they may be large
TIME_BASE = Fraction(1, 360_000)  # s; every usual frame rate, 1/1000 s and 1/90000 s are whole multiples of it
BT709 = 1  # of matrix, primaries and transfer in H.264; browsers assume it for untagged files
LIMITED_RANGE = 1


class VideoWriter:
    """Writes frames of one size to an MP4 file that appears only when it is complete.

        with VideoWriter(path, fps, (width, height)) as video:
            video.write(image)

    Each frame is shown until the next one. The file is written under a temporary name and renamed at the end. After an
    error the unfinished file is removed and an older file of that name is unchanged. 4:2:0 needs even sizes: an odd
    size is padded by repeating the last row or column. Entering raises OSError if the file cannot be opened.

    Args:
        path: ends in .mp4; its folder exists.
        fps: frames per second, of frames that are written without a time.
        size: (width, height) of the frames, px.

    Raises:
        ValueError: `fps` or `size` is not positive; on leaving, no frame was written.
    """

    def __init__(self, path: Path, fps: float, size: tuple[int, int]):
        if not fps > 0:
            raise ValueError(f"fps must be positive, got {fps}")
        if min(size) < 1:
            raise ValueError(f"size must be positive (width, height), got {size}")
        self.path, self.size = path, size
        self._rate = exact_rate(fps)
        self._last: Fraction | None = None  # time of the last frame, s
        self._durations: dict[int, int] = {}  # of the frames in the encoder, by their times, both in TIME_BASE

    def __enter__(self) -> "VideoWriter":
        self._partial = new_partial(self.path)
        with contextlib.ExitStack() as on_error:
            on_error.callback(self._partial.unlink, missing_ok=True)
            container = av.open(f"file:{self._partial}", "w", format="mp4", options={"movflags": "+faststart"})
            on_error.enter_context(container)
            self._stream = container.add_stream("libx264", rate=self._rate, options=CODEC_OPTIONS)
            self._stream.width, self._stream.height = (n + n % 2 for n in self.size)
            self._stream.pix_fmt = "yuv420p"
            codec = self._stream.codec_context
            self._stream.time_base = codec.time_base = TIME_BASE
            codec.colorspace = codec.color_primaries = codec.color_trc = BT709
            codec.color_range = LIMITED_RANGE
            container.start_encoding()  # opens the file: an error comes now, not with the first frame
            on_error.pop_all()
        self._container = container
        return self

    def write(self, image: np.ndarray, time: Fraction | None = None, duration: Fraction | None = None) -> None:
        """Append a frame, uint8 [H, W, 3] RGB.

        Args:
            time: when it is shown, s; None: 1 / fps after the one before.
            duration: for how long it is shown if it is the last one, s; None: 1 / fps.

        Raises:
            ValueError: `image` has another size or type, or `time` is not after that of the frame before.
        """
        width, height = self.size
        if image.shape != (height, width, 3) or image.dtype != np.uint8:
            raise ValueError(f"frame must be uint8 {[height, width, 3]}, got {image.dtype} {list(image.shape)}")
        if time is None:
            time = Fraction(0) if self._last is None else self._last + 1 / self._rate
        if self._last is not None and time <= self._last:
            raise ValueError(f"a frame must come after the one before, at {float(self._last)} s; got {float(time)} s")
        self._last = time
        frame = _yuv(image)
        frame.pts, frame.time_base = round(time / TIME_BASE), TIME_BASE
        self._durations[frame.pts] = round((duration or 1 / self._rate) / TIME_BASE)
        self._mux(self._stream.encode(frame))

    def __exit__(self, kind, error, trace) -> None:
        try:
            with self._container:  # closes the file whatever happens
                if kind is None:
                    self._finish()
            if kind is None:
                os.replace(self._partial, self.path)
        finally:
            self._partial.unlink(missing_ok=True)

    def _finish(self) -> None:
        if self._last is None:
            raise ValueError(f"no frame was written to {self.path}")
        self._mux(self._stream.encode(None))

    def _mux(self, packets: list[av.Packet]) -> None:
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts or 0)  # x264 does not pass it on
            self._container.mux(packet)


def exact_rate(fps: float) -> Fraction:
    """The rate that `fps` stands for: 29.97 is 30000/1001. A rate below 1 does not become 0."""
    return Fraction(fps).limit_denominator(1001) if fps >= 1 else 1 / Fraction(1 / fps).limit_denominator(1001)


def _yuv(image: np.ndarray) -> av.VideoFrame:
    """`image`, uint8 [H, W, 3] RGB, in BT.709 4:2:0; its last row and column are repeated where a side is odd."""
    height, width = image.shape[:2]
    even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
    return rgb.reformat(format="yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED_RANGE)
