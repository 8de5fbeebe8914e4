"""Writes what a test shows of a clip: videos with panels side by side, and images."""

import contextlib
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from data.clips import Clip
from data.stream import fps_of
from data.video.timed import Shown
from data.video.writer import VideoWriter
from util import image
from util.files import prepare_folder
from util.report import colours
from util.report.clips import inside_file, video_file


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
        shown: Shown = (None, None),
    ) -> None:
        """Write the next frame. Images are [1, 3, H, W] in [-1, 1].

        Args:
            index: number of the frame in the clip, counted from 0.
            source, output, target: the input frame, the Shortcut's output and the teacher's output.
            inside_block: (mask, displacement) as `util.report.colours.panels` takes them; None for a reference frame,
                where the block does not predict.
            shown: time and duration, as `VideoWriter.write` takes them.
        """
        resized = F.interpolate(source, size=self._size[::-1], mode="bilinear")
        panels = [panel[0] for panel in (resized, target, output) if panel is not None]
        self._video.write(image.to_uint8(torch.cat(panels, dim=2)), *shown)
        if self._inside:
            panels = colours.panels(*inside_block, self._size) if inside_block else colours.absent_panels(self._size)
            self._inside.write(panels, *shown)
        if self._images:
            path = self._images / f"{self._name}_{index + 1:05d}.png"
            image.write_png(path, image.to_uint8(output[0]))

    def __exit__(self, *error) -> None:
        self._stack.__exit__(*error)
