"""A stylised crop back into its frame, without a visible seam."""

import cv2
import numpy as np

from data.faces.crop import Crop

FEATHER = 1 / 8  # of the crop's shorter side: how far inside its edges it fades into the frame


def enlarged(frame: np.ndarray, factor: int) -> np.ndarray:
    """frame uint8 [H, W, 3] -> uint8 [factor * H, factor * W, 3], bicubic."""
    return cv2.resize(frame, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


class Paste:
    """Puts the stylised crops of one face into the enlarged frames they were cut from.

    Args:
        crop: where they were cut.
        frame_size: (height, width) of the frames, px.
        factor: by how much the frames are enlarged; crops of any size are brought to the size that fits.
    """

    def __init__(self, crop: Crop, frame_size: tuple[int, int], factor: int):
        self._canvas_size = tuple(size * factor for size in frame_size)
        down, across = (size / scaled for size, scaled in zip(self._canvas_size, crop[:2], strict=True))
        self._rows = slice(round(crop.top * down), round(crop.bottom * down))
        self._columns = slice(round(crop.left * across), round(crop.right * across))
        self._mask = feathered(crop, (self._rows.stop - self._rows.start, self._columns.stop - self._columns.start))

    def __call__(self, canvas: np.ndarray, stylised: np.ndarray) -> np.ndarray:
        """A copy of `canvas`, uint8 [factor * H, factor * W, 3], that shows `stylised`, uint8 [h, w, 3].

        Raises:
            ValueError: the canvas has another size.
        """
        if canvas.shape[:2] != self._canvas_size:
            raise ValueError(f"the canvas must be {list(self._canvas_size)} px, got {list(canvas.shape[:2])}")
        pasted = canvas.copy()
        below = pasted[self._rows, self._columns]
        height, width = below.shape[:2]
        smaller = height < stylised.shape[0]
        above = cv2.resize(stylised, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
        below[:] = np.rint(below + self._mask * (above.astype(np.float32) - below))
        return pasted


def feathered(crop: Crop, size: tuple[int, int]) -> np.ndarray:
    """float32 [height, width, 1]: weight of the crop drawn at `size`; 1 inside and 0 at edges, but for the frame's."""
    feather = FEATHER * min(size)
    down = _ramp(size[0], feather, crop.top > 0, crop.bottom < crop.height)
    across = _ramp(size[1], feather, crop.left > 0, crop.right < crop.width)
    return (down[:, None] * across)[..., None]


def _ramp(length: int, feather: float, at_start: bool, at_end: bool) -> np.ndarray:
    centres = np.arange(length, dtype=np.float32) + 0.5
    from_edge = np.full(length, feather, np.float32)
    if at_start:
        from_edge = np.minimum(from_edge, centres)
    if at_end:
        from_edge = np.minimum(from_edge, length - centres)
    return 0.5 - 0.5 * np.cos(np.pi * from_edge / feather)
