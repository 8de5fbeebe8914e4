"""Clips with their label maps."""

from collections.abc import Iterable
from contextlib import suppress

import numpy as np
from torch import Tensor

from data.clips import Clip
from data.frames import Size, UnreadableFrame
from data.label_maps import GroundTruth
from data.stream import frames


def labelled_frames(clip: Clip, truth: GroundTruth, size: Size, limit: int) -> list[tuple[Tensor, np.ndarray]]:
    """(frame [1, 3, H, W] in [-1, 1], class ids uint8 [H, W]) of the first `limit` frames of a clip."""
    labels = [truth.ids(path, size) for path in truth.paths(clip, limit)]
    return list(zip(frames(clip, size, limit), labels, strict=True))


def check_colours(clips: Iterable[Clip], truth: GroundTruth, size: Size) -> str:
    """Which colours in one label map of each clip belong to no class, in words."""
    for clip in clips:
        with suppress(UnreadableFrame):
            truth.ids(truth.paths(clip, 1)[0], size)
    return "; ".join(truth.warnings()) or "all colours known"
