"""Writes videos: H.264 that plays in a browser, and the videos and images of a translated clip."""

import contextlib
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from data.clips import Clip
from data.stream import fps_of
from util import image
from util.files import new_partial, prepare_folder
from util.report import colours
from util.report.clips import inside_file, video_file

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
        self._count = 0

    def __enter__(self) -> "VideoWriter":
        import av

        self._partial = new_partial(self.path)
        with contextlib.ExitStack() as on_error:
            on_error.callback(self._partial.unlink, missing_ok=True)
            container = av.open(str(self._partial), "w", format="mp4", options={"movflags": "+faststart"})
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


class ClipWriter:
    """Context manager that writes <clip>.mp4 with the panels input | teacher | Shortcut.

    Args:
        folder: the run's results folder.
        size: (width, height) of a translated frame; the input is resized to it.
        fps: used where the clip does not tell its own rate.
        compared: whether there is a panel for the teacher.
        save_image: also write images/<clip>/<clip>_<number>.png; as published, numbers start at 1.
        inside: also write inside/<clip>.mp4 with panels blending mask | displacement; if not, remove an older one.
    """

    def __init__(
        self,
        folder: Path,
        clip: Clip,
        size: tuple[int, int],
        fps: float,
        compared: bool,
        save_image: bool,
        inside: bool = False,
    ):
        self._size, self._name = size, clip.name
        path, rate, (width, height) = inside_file(folder, clip.name), fps_of(clip) or fps, size
        self._video = VideoWriter(video_file(folder, clip.name), rate, ((3 if compared else 2) * width, height))
        if inside:
            prepare_folder(path.parent)
        else:
            path.unlink(missing_ok=True)
        self._inside = VideoWriter(path, rate, (2 * width, height)) if inside else None
        self._images = prepare_folder(folder / "images" / clip.name) if save_image else None

    def __enter__(self) -> "ClipWriter":
        with contextlib.ExitStack() as entered:  # where one video cannot be opened, those before it are closed again
            for video in filter(None, (self._video, self._inside)):
                entered.enter_context(video)
            self._stack = entered.pop_all()
        return self

    def write(
        self,
        index: int,
        source: Tensor,
        output: Tensor,
        target: Tensor | None = None,
        inside_block: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Write the next frame. Images are [1, 3, H, W] in [-1, 1].

        Args:
            index: number of the frame in the clip, counted from 0.
            source, output, target: the input frame, the Shortcut's output and the teacher's output.
            inside_block: (mask, displacement) as `util.report.colours.panels` takes them; None for a reference frame,
                where the block does not predict.
        """
        resized = F.interpolate(source, size=self._size[::-1], mode="bilinear")
        panels = [panel[0] for panel in (resized, target, output) if panel is not None]
        self._video.write(image.to_uint8(torch.cat(panels, dim=2)))
        if self._inside:
            panels = colours.panels(*inside_block, self._size) if inside_block else colours.absent_panels(self._size)
            self._inside.write(panels)
        if self._images:
            path = self._images / f"{self._name}_{index + 1:05d}.png"
            image.write_png(path, image.to_uint8(output[0]))

    def __exit__(self, *error) -> None:
        self._stack.__exit__(*error)
