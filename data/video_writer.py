"""Writes video files: H.264 that plays in a browser."""

import contextlib
import os
from fractions import Fraction
from pathlib import Path

import numpy as np

CODEC_OPTIONS = {"crf": "18", "preset": "veryfast", "g": "30"}  # visually lossless; frequent key frames for seeking
CODEC_OPTIONS |= {"rc-lookahead": "2", "bf": "1"}  # frames in lookahead stay in memory, and they may be large
BT709 = 1  # of matrix, primaries and transfer in H.264; browsers assume it for untagged files
LIMITED_RANGE = 1


class VideoWriter:
    """Writes frames of one size to an MP4 file that appears only when it is complete.

        with VideoWriter(path, fps, (width, height)) as video:
            video.write(image)

    The file is written under a temporary name and renamed at the end. After an error the unfinished file is removed and
    an older file of that name is unchanged. 4:2:0 needs even sizes: an odd size is padded by repeating the last row or
    column. Entering raises OSError if the file cannot be opened.

    Args:
        path: ends in .mp4; its folder exists.
        fps: frames per second.
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
        self._rate = Fraction(fps).limit_denominator(1001)  # 29.97 becomes 30000/1001
        self._partial = path.with_name(path.name + ".partial")
        self._count = 0

    def __enter__(self) -> "VideoWriter":
        import av

        container = av.open(str(self._partial), "w", format="mp4", options={"movflags": "+faststart"})
        with contextlib.ExitStack() as on_error:
            on_error.enter_context(container)
            self._stream = container.add_stream("libx264", rate=self._rate, options=CODEC_OPTIONS)
            self._stream.width, self._stream.height = (n + n % 2 for n in self.size)
            self._stream.pix_fmt = "yuv420p"
            codec = self._stream.codec_context
            codec.colorspace = codec.color_primaries = codec.color_trc = BT709
            codec.color_range = LIMITED_RANGE
            container.start_encoding()  # opens the file: an error comes now, not with the first frame
            on_error.pop_all()
        self._container = container
        return self

    def write(self, image: np.ndarray) -> None:
        """Append a frame, uint8 [H, W, 3] RGB.

        Raises:
            ValueError: `image` has another size or type.
        """
        import av

        width, height = self.size
        if image.shape != (height, width, 3) or image.dtype != np.uint8:
            raise ValueError(f"frame must be uint8 {[height, width, 3]}, got {image.dtype} {list(image.shape)}")
        even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
        frame = rgb.reformat(format="yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED_RANGE)
        frame.pts = self._count
        self._count += 1
        self._container.mux(self._stream.encode(frame))

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
        if not self._count:
            raise ValueError(f"no frame was written to {self.path}")
        self._container.mux(self._stream.encode(None))
