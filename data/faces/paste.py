"""Pastes stylised crops back into the frames they were cut from, without a visible seam."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from data.faces import Crop, crop_size
from data.faces.tracker import FaceTracker
from data.video import decode
from data.video.timed import Timed
from data.video.writer import VideoWriter

FEATHER = 1 / 8  # width of the fade inside the crop's edges, as a fraction of the crop's shorter side


def write_pasted(
    path: Path,
    tracker: FaceTracker,
    stylised: Sequence[Path],
    factor: int,
    fps: float,
    limit: int | None = None,
    film: Timed[np.ndarray] | None = None,
) -> None:
    """Write the frames of the tracked video, upscaled, with each visible face replaced by its stylised crop.

    Args:
        path: MP4 file to write.
        stylised: one video per face of `tracker`; its rightmost panel is the stylised crop, `factor` times as large as
            the crop.
        factor: how much larger the written frames are.
        fps: frames per second, where `film` does not give times.
        limit: stop after this many frames.
        film: the frames of the tracked video with their times; None: as the tracker opens them, without.
    """
    height, width = (factor * side for side in tracker.frame_size)
    pasters = [Paster(face.crop, tracker.frame_size, factor) for face in tracker.faces]
    panel_widths = [factor * crop_size(face.crop)[0] for face in tracker.faces]
    followed = tracker.follow(film) if film else tracker
    with VideoWriter(path, fps, (width, height)) as output:
        for (frame, visible), *panels in zip(islice(followed, limit), *map(decode, stylised), strict=False):
            canvas = upscale(frame, factor)
            for paster, panel_width, panel, is_visible in zip(pasters, panel_widths, panels, visible, strict=True):
                if is_visible:
                    canvas = paster.paste(canvas, panel[:, -panel_width:])
            output.write(canvas, *(film.next_time() if film else ()))


class Paster:
    """Pastes the stylised crops of one face into upscaled frames.

    Args:
        crop: where the crops were cut.
        frame_size: (height, width) of the frames before upscaling, px.
        factor: how much the frames are upscaled. A stylised crop of any size is resized to fit.
    """

    def __init__(self, crop: Crop, frame_size: tuple[int, int], factor: int):
        self._canvas_size = frame_size[0] * factor, frame_size[1] * factor
        down, across = self._canvas_size[0] / crop.height, self._canvas_size[1] / crop.width
        self._rows = slice(round(crop.top * down), round(crop.bottom * down))
        self._columns = slice(round(crop.left * across), round(crop.right * across))
        self._mask = feather_mask(crop, (self._rows.stop - self._rows.start, self._columns.stop - self._columns.start))

    def paste(self, canvas: np.ndarray, stylised: np.ndarray) -> np.ndarray:
        """A copy of `canvas`, uint8 [factor * H, factor * W, 3], with `stylised`, uint8 [h, w, 3], blended in.

        Raises:
            ValueError: `canvas` has another size.
        """
        if canvas.shape[:2] != self._canvas_size:
            raise ValueError(f"the canvas must be {list(self._canvas_size)} px, got {list(canvas.shape[:2])}")
        pasted = canvas.copy()
        target = pasted[self._rows, self._columns]
        height, width = target.shape[:2]
        interpolation = cv2.INTER_AREA if height < stylised.shape[0] else cv2.INTER_CUBIC
        source = cv2.resize(stylised, (width, height), interpolation=interpolation).astype(np.float32)
        target[:] = np.rint(target + self._mask * (source - target))
        return pasted


def upscale(frame: np.ndarray, factor: int) -> np.ndarray:
    """Resize `frame`, uint8 [H, W, 3], to uint8 [factor * H, factor * W, 3], bicubic."""
    return cv2.resize(frame, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def feather_mask(crop: Crop, size: tuple[int, int]) -> np.ndarray:
    """Weight of a stylised crop of `size` (height, width) px over the frame, float32 [height, width, 1].

    The weight is 1 inside and falls to 0 at the crop's edges. It stays 1 at an edge that is also the frame's edge.
    """
    feather = FEATHER * min(size)
    down = _fade(size[0], feather, crop.top > 0, crop.bottom < crop.height)
    across = _fade(size[1], feather, crop.left > 0, crop.right < crop.width)
    return (down[:, None] * across)[..., None]


def _fade(length: int, feather: float, at_start: bool, at_end: bool) -> np.ndarray:
    """float32 [length]: a raised cosine of `feather` px at the ends that are to fade, 1 elsewhere."""
    centres = np.arange(length, dtype=np.float32) + 0.5
    from_edge = np.full(length, feather, np.float32)
    if at_start:
        from_edge = np.minimum(from_edge, centres)
    if at_end:
        from_edge = np.minimum(from_edge, length - centres)
    return 0.5 - 0.5 * np.cos(np.pi * from_edge / feather)
