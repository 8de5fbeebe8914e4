"""Frames of the built-in sample, drawn when a test asks for them."""

from collections.abc import Iterable

import cv2
from torch import Tensor

from data.samples.street.clips import SampleClip, appearance_of, scene_of
from data.samples.street.render import render
from util.image import to_tensor
from util.viper import resize_labels

SQUARE = (128, 128)


def street_frames(task: str, clip: str, numbers: Iterable[int]) -> list[Tensor]:
    """Frames of a val clip as the teacher of "v2c", "v2l" or "l2v" sees them, each [1, 3, H, W] in [-1, 1]."""
    shown = SampleClip("A", "val", clip)
    scene, look = scene_of(shown), appearance_of(shown)
    drawn = [render(scene, look, t) for t in numbers]
    if task == "v2c":
        pictures = [image for image, _ in drawn]
    elif task == "v2l":
        pictures = [cv2.resize(image, SQUARE, interpolation=cv2.INTER_AREA) for image, _ in drawn]
    else:
        pictures = [resize_labels(label, SQUARE) for _, label in drawn]
    return [to_tensor(picture)[None] for picture in pictures]
