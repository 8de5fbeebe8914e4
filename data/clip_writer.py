"""What a translated clip looks like on disk."""

from pathlib import Path

import torch

from data.clips import Clip
from data.stream import fps_of
from data.video_writer import VideoWriter
from util import image
from util.evaluation import FrameResult
from util.files import prepare_folder


class ClipWriter:
    """<clip>.mp4, input | teacher | shortcut side by side, and on request the translated frames as PNG.

    Args:
        folder: of the run's results.
        size: (width, height) of one frame.
        fps: for clips that name no rate themselves.
        compared: whether there is a teacher's panel.
        save_image: whether to write images/<clip>/<clip>_<number>.png too, counted from 1 as published.
    """

    def __init__(self, folder: Path, clip: Clip, size: tuple[int, int], fps: float, compared: bool, save_image: bool):
        panels = 3 if compared else 2
        self._video = VideoWriter(folder / f"{clip.name}.mp4", fps_of(clip) or fps, (panels * size[0], size[1]))
        self._images = prepare_folder(folder / "images" / clip.name) if save_image else None
        self._name = clip.name

    def __enter__(self) -> "ClipWriter":
        self._video.__enter__()
        return self

    def write(self, result: FrameResult) -> None:
        panels = [panel[0] for panel in (result.input, result.target, result.output) if panel is not None]
        self._video.write(image.to_uint8(torch.cat(panels, dim=2)))
        if self._images:
            path = self._images / f"{self._name}_{result.index + 1:05d}.png"
            image.write_png(path, image.to_uint8(result.output[0]))

    def __exit__(self, *error: object) -> None:
        self._video.__exit__(*error)
