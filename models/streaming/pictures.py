"""Translates a video of pictures of any size: padded for the networks, and cropped back."""

from collections.abc import Callable

import cv2
import numpy as np
from torch import Tensor

from models.streaming.translator import Step, Translator, WholeTeacher
from util.image import to_tensor, to_uint8

SMALLEST_PX = 16  # of a side that the networks see: reflections and normalisation need a few pixels of every layer


class PictureTranslator:
    """Call it for each picture of a video, in display order: uint8 [H, W, 3] -> uint8 [scale * H, scale * W, 3].

    All pictures have the size of the first. The first one is translated by the whole teacher.

    Args:
        new_translator: makes the translator for frames like the first one, [1, 3, H, W] in [-1, 1] on the CPU.
        multiple: sides of a frame must be multiples of this number of pixels.
        watch: called with the translator's step of each picture.

    Raises:
        ValueError: a picture has another size than those before it.
    """

    def __init__(
        self,
        new_translator: Callable[[Tensor], Translator | WholeTeacher],
        multiple: int,
        watch: Callable[[Step], object] | None = None,
    ):
        self._new_translator, self._multiple, self._watch = new_translator, multiple, watch
        self._translator: Translator | WholeTeacher | None = None
        self.references = 0  # so far

    @property
    def told(self) -> str:
        """How many reference frames there were."""
        return f"reference frames {self.references}"

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        padded = reflected(picture, self._multiple)
        x = to_tensor(padded)[None]
        if self._translator is None:
            self._translator = self._new_translator(x)
        step = self._translator.step(x)
        self.references += step.is_reference
        if self._watch:
            self._watch(step)
        return to_uint8(_cropped(step.output[0], height, width, padded.shape[0]))


def reflected(picture: np.ndarray, multiple: int) -> np.ndarray:
    """`picture`, uint8 [H, W, 3], reflected at its right and bottom edge up to multiples of `multiple` px."""
    height, width = picture.shape[:2]
    down, right = (max(-(-n // multiple) * multiple, SMALLEST_PX) - n for n in (height, width))
    return cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REFLECT_101) if down or right else picture


def _cropped(y: Tensor, height: int, width: int, padded_height: int) -> Tensor:
    """The part of y [3, scale * padded height, ...] that shows the picture."""
    scale = y.shape[1] // padded_height
    return y[:, : scale * height, : scale * width]
